export type { Command, CredentialOptions, Target } from './arguments.js';
export type { Backend, Connection, ConnectOptions, Credentials, Wait } from './backend.js';
export {
  type CallOptions,
  type ClientOptions,
  DEFAULT_MAX_OUTPUT,
  Remctl,
  type RunOptions,
} from './client.js';
export {
  type CreateClientOptions,
  createClient,
  type RemctlOptions,
  remctl,
} from './create-client.js';
export * from './errors.js';
export type { BackendName } from './load-backend.js';
export type { RemctlCommand, RemctlResult, RemctlTextResult } from './run.js';
export * from './tokens.js';
export { DEFAULT_PORT, LEGACY_PORT } from './wire.js';
