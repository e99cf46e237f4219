/** The public interface of @remctl/core. */
export type { Command, CredentialOptions, Target } from './arguments.js';
export type { Backend, Connection, ConnectOptions, Credentials, Wait } from './backend.js';
export { Remctl } from './client.js';
export {
  type CallOptions,
  type ClientOptions,
  DEFAULT_MAX_OUTPUT,
  type RunOptions,
} from './client-options.js';
export {
  type CreateClientOptions,
  createClient,
  type RemctlOptions,
  remctl,
} from './create-client.js';
export * from './errors.js';
export type { BackendName } from './load-backend.js';
export type { RemctlResult, RemctlRun, RemctlTextResult } from './run.js';
export * from './tokens.js';
export { DEFAULT_PORT, LEGACY_PORT } from './wire.js';
