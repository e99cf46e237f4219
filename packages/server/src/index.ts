/** The public interface of @remctl/server. */
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
export { createServer } from './create-server.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export type { ListenOptions } from './listen-options.js';
export type { Log, LogRecord } from './log/record.js';
export type { Server, ServerAddress } from './serve.js';
export type { ServerOptions } from './server-options.js';
