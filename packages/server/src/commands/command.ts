/** A server's commands: functions and programs, and who may run them. */
import type { STDERR, STDOUT } from '@remctl/core/wire';

/** The number of an output stream: 1 for standard output, 2 for standard error. */
export type StreamNumber = typeof STDOUT | typeof STDERR;

/** A stream that a function writes to. */
export interface OutputWriter {
  /**
   * Sends output: text as UTF-8, or bytes. Settles when more may be written: await it, so that a slow client
   * slows the command and memory stays small. Leave the bytes unchanged until then. Rejects with the signal's
   * reason once the client has gone, and with an Error once the function has returned.
   */
  write(output: string | Uint8Array): Promise<void>;
}

/** What a function knows of its command and its client. */
export interface CommandRequest {
  /**
   * The arguments as the client sent them; the first is the command's name, the second the subcommand. Those two
   * have no NUL byte; all others may be any bytes. A help function gets `help` and what follows it.
   */
  readonly command: readonly Buffer[];
  /** The client's principal, as authenticated, such as `jdoe@EXAMPLE.ORG`. */
  readonly principal: string;
  /** The client's numeric IP address. */
  readonly address: string;
  /** When the client's ticket ends. */
  readonly expires: Date;
  /** Aborts when the client goes away, when the command's time-out is over, and when the server closes. */
  readonly signal: AbortSignal;
  readonly stdout: OutputWriter;
  readonly stderr: OutputWriter;
}

/** A piece of output that a function yields: standard output, unless it names its stream. */
export type OutputPiece =
  | string
  | Uint8Array
  | { readonly stream: StreamNumber; readonly output: string | Uint8Array };

/**
 * What a function may return: an exit status from 0 to 255, or output, whose status is 0. Nothing is status 0.
 * An async generator may return a status after its last piece. An iterable of a client that has gone is ended by
 * its `return()`, a stream by its `destroy()`.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement returns void.
export type CommandResult = void | number | string | Uint8Array | AsyncIterable<OutputPiece>;

/**
 * A command that runs in the server's process. A throw is logged, and the client gets ERROR_INTERNAL
 * without the error's text.
 */
export type CommandFunction = (request: CommandRequest) => CommandResult | Promise<CommandResult>;

/**
 * Who may run a command: remctld's rules in their order (`ANYUSER`, `princ:`, `deny:`, `file:`, `regex:`,
 * `anyuser:auth`; remctld(8), "CONFIGURATION FILE"), or a function of the client's principal. An empty list
 * lets nobody. A function that throws, or returns anything but `true` or `false`, denies and is logged.
 */
export type Access = readonly string[] | ((principal: string) => boolean | Promise<boolean>);

interface CommandBase {
  /** The command's name, or `ALL`. */
  readonly command: string;
  /** The subcommand's name, `ALL` (the default), or `EMPTY` for a command without one. */
  readonly subcommand?: string | undefined;
  readonly access: Access;
  /** The numbers of arguments that the log masks, as `**MASKED**`; the subcommand is 1. */
  readonly logmask?: readonly number[] | undefined;
  /**
   * Seconds that the command may take, fractions too; no limit without it. The client then gets ERROR_INTERNAL.
   * A program is ended; a function goes on unheard unless it obeys its signal.
   */
  readonly timeout?: number | undefined;
}

/** A function as a command. */
export interface FunctionCommand extends CommandBase {
  readonly run: CommandFunction;
  /** What `help COMMAND SUBCOMMAND` prints. */
  readonly help?: string | CommandFunction | undefined;
  /** What `help` without arguments prints of this command. */
  readonly summary?: string | CommandFunction | undefined;
}

/**
 * A program as a command. It is run without a shell, with remctld's argv and environment (remctld(8)), in the
 * server's working directory. It ends with its connection: its process group gets SIGTERM, and SIGKILL after 5
 * seconds. Arguments that are not UTF-8 need /usr/bin/perl, which hands them on exactly; without it they are
 * refused.
 */
export interface ProgramCommand extends CommandBase {
  /** The absolute path. */
  readonly program: string;
  /**
   * The number of the argument that goes to standard input, or `last`; the subcommand is 1. It may hold NUL
   * bytes, and the log shows it as `**DATA**`.
   */
  readonly stdin?: number | 'last' | undefined;
  /** The user to run it as, by name or number. The server must run as root, and the user must have one group. */
  readonly user?: string | undefined;
  /** The user to run it as with sudo: a name, or `#` and a number. */
  readonly sudo?: string | undefined;
  /** The argument that makes the program print help for a subcommand. */
  readonly help?: string | undefined;
  /** The argument that makes the program print its summary. */
  readonly summary?: string | undefined;
}

/** One command of a server. The first that matches is run. */
export type ServerCommand = FunctionCommand | ProgramCommand;
