export type { Backend, Connection, ConnectOptions, Credentials, Wait } from './backend.js';
export * from './errors.js';
export * from './tokens.js';
