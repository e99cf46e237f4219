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
export type { Log, LogRecord } from './log/record.js';
