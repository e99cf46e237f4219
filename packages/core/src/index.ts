/** The public interface of @remctl/core. */
/// <reference types="node" preserve="true" />
export type { Command } from './arguments/command.js';
export type { CredentialOptions } from './arguments/credentials.js';
export { type CheckedTarget, checkTarget, type Target } from './arguments/target.js';
export type { AuthenticationCode } from './authentication-code.js';
export type {
  Backend,
  Connection,
  ConnectionDetails,
  ConnectObserver,
  ConnectOptions,
  Credentials,
  Wait,
} from './backend.js';
export { Remctl } from './client.js';
export {
  type CallOptions,
  type ClientOptions,
  DEFAULT_MAX_OUTPUT,
  type RunOptions,
} from './client-options.js';
export type { ConnectionInfo } from './connection-info.js';
export {
  type CreateClientOptions,
  createClient,
  type RemctlOptions,
  remctl,
} from './create-client.js';
export {
  type DiscoveredTarget,
  type DiscoverOptions,
  discover,
} from './discover/discover.js';
export { type OpenFirstOptions, openFirst } from './discover/open-first.js';
export * from './errors.js';
export type * from './events/messages.js';
export { expandHosts, parseHostsFile } from './many/expand-hosts.js';
export { foldHosts } from './many/fold-hosts.js';
export type { HostResult } from './many/host-result.js';
export { createPool, type Pool, type PoolMetrics, type PoolOptions } from './many/pool.js';
export { DEFAULT_PARALLEL, type RunOnHostsOptions, runOnHosts } from './many/run-on-hosts.js';
export type { BackendName } from './open/load-backend.js';
export type { RemctlResult, RemctlRun, RemctlTextResult } from './run/remctl-run.js';
export * from './tokens.js';
export { DEFAULT_PORT, LEGACY_PORT } from './wire/constants.js';
