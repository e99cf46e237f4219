/** The public interface of @remctl/server. */
/// <reference types="node" preserve="true" />
export type {
  Access,
  CommandFunction,
  CommandRequest,
  CommandResult,
  FunctionCommand,
  OutputPiece,
  OutputWriter,
  ProgramCommand,
  ServerCommand,
  StreamNumber,
} from './commands/command.js';
export { RemctlConfError } from './config/conf-error.js';
export { readRemctlConf } from './config/read-remctl-conf.js';
export { createServer } from './create-server.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export type { ListenOptions } from './listen-options.js';
export { formatLogRecord } from './log/format-log-record.js';
export type { Log, LogRecord } from './log/record.js';
export type { Server, ServerAddress } from './serve.js';
export type { ServerOptions } from './server-options.js';
