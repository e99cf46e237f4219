/** One command as its message on `remctl:command`, and its tokens on `remctl:token`. */
import { channel } from 'node:diagnostics_channel';
import { type CommandState, errorCodeName, RemctlProtocolError } from '../errors.js';
import { type ServerToken, STDOUT } from '../tokens.js';
import type { CommandMessage, TokenMessage } from './messages.js';
import { begin, commands, finish, isHeard } from './traced.js';

const tokens = channel('remctl:token');

/** Characters of a command's name at most: what is longer is no name. */
const NAME_LENGTH = 64;

/** What the events of a command say of its connection. */
export interface CommandOrigin {
  readonly client: number;
  readonly backend: string;
  readonly host: string;
  readonly port: number;
  readonly protocol: 1 | 2;
}

/** Publishes what happens to one command. */
export interface CommandTrace {
  /** Publishes the begin, and does the work in the subscribers' stores. */
  begin<T>(work: () => T): T;
  /** Notes that the command was sent. */
  sent(): void;
  /** Publishes a token of the answer. */
  token(token: ServerToken): void;
  /** Publishes the end, once. `failure` is what ended it before its answer did. */
  end(state: CommandState, failure?: { readonly error: unknown }): void;
}

const utf8 = new TextDecoder();

/** A caller may have put a whole command line into the first argument: nobody is told the rest of it. */
function nameOf([first]: readonly Uint8Array[]): string {
  const [name = ''] = utf8.decode(first?.subarray(0, 4 * NAME_LENGTH)).split(/\s/, 1);
  return name.slice(0, NAME_LENGTH);
}

function messageOf(command: readonly Uint8Array[], origin: CommandOrigin): CommandMessage {
  const message = {
    ...origin,
    name: nameOf(command),
    arguments: command.length,
    bytes: command.reduce((sum, argument) => sum + argument.length, 0),
    stdoutBytes: 0,
    stderrBytes: 0,
  };
  return Object.defineProperty(message, 'firstArguments', {
    value: (count: number) => command.slice(0, count).map((argument) => utf8.decode(argument)),
  }) as typeof message & Pick<CommandMessage, 'firstArguments'>;
}

function withoutServersText(code: number): RemctlProtocolError {
  return new RemctlProtocolError(code, `the server answered with ${errorCodeName(code) ?? code}`);
}

function noteToken(message: CommandMessage, token: ServerToken): void {
  if (token.type === 'output') {
    message[token.stream === STDOUT ? 'stdoutBytes' : 'stderrBytes'] += token.output.length;
  } else if (token.type === 'status') {
    message.status = token.status;
  } else {
    message.errorCode = token.error;
    message.error = withoutServersText(token.error);
  }
}

function factsOf(token: ServerToken) {
  switch (token.type) {
    case 'output':
      return { type: token.type, stream: token.stream, bytes: token.output.length } as const;
    case 'status':
      return token;
    case 'error':
      return { type: token.type, errorCode: token.error } as const;
  }
}

/** Returns what publishes the command's events; undefined if nobody listens. */
export function traceCommand(
  command: readonly Uint8Array[],
  origin: () => CommandOrigin,
): CommandTrace | undefined {
  const isTraced = isHeard(commands);
  if (!isTraced && !tokens.hasSubscribers) {
    return undefined;
  }
  const message = messageOf(command, origin());
  const begun = performance.now();
  const elapsed = () => performance.now() - begun;
  let isOver = false;
  return {
    begin: (work) => begin(commands, message, work),
    sent() {
      message.sentMs = elapsed();
    },
    token(token) {
      const elapsedMs = elapsed();
      message.firstTokenMs ??= elapsedMs;
      noteToken(message, token);
      if (tokens.hasSubscribers) {
        const told = { client: message.client, command: message, elapsedMs, ...factsOf(token) };
        tokens.publish(told satisfies TokenMessage);
      }
    },
    end(state, failure) {
      if (isOver) {
        return;
      }
      isOver = true;
      if (failure !== undefined) {
        message.error = failure.error;
      }
      message.commandState = state;
      message.durationMs = elapsed();
      finish(commands, message);
    },
  };
}
