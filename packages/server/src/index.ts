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
export {
  createServer,
  type ListenOptions,
  type Server,
  type ServerAddress,
} from './create-server.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export type { Log, LogRecord } from './log/record.js';
export type { ServerOptions } from './server-options.js';
