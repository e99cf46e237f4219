/** How a run's tokens, failure and end by a signal are told: as the C client does, or as JSON. */
import { type CommandState, RemctlNetworkError, type ServerToken, STDERR } from '@remctl/core';
import { jsonError, jsonLine, jsonTime, jsonToken } from '../terminal/json-lines.js';
import { visible, visibleBytes } from '../terminal/visible-controls.js';
import { type OutputError, STDERR_FD, STDOUT_FD, write } from '../terminal/write.js';
import type { DeadlySignal } from './deadly-signals.js';

/** Where a run stood when something happened. */
export interface Progress {
  readonly commandState: CommandState;
}

/** Each method settles once its text is written, and throws the system's error of the stream. */
export interface Report {
  token(token: ServerToken): Promise<void>;
  /** Output was lost. The C client's words, on standard error in any case. */
  lost(error: OutputError): Promise<void>;
  failure(error: unknown, progress: Progress): Promise<void>;
  interrupted(signal: DeadlySignal, progress: Progress): Promise<void>;
}

const KNOWN: Readonly<Record<CommandState, string>> = {
  'not-sent': 'the command was not sent',
  unknown: 'the command was sent and may have run',
  finished: 'the command has finished',
};

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
const say = (text: string) => write(STDERR_FD, `remctl: ${visible(text)}\n`);
const lost = ({ reason }: OutputError) => say(`local write of command output failed: ${reason}`);
const lastWords = (signal: DeadlySignal, { commandState }: Progress) =>
  `ended by ${signal}: ${KNOWN[commandState]}`;

/**
 * Returns a failure's text with the C program's own words before the library's: a name is resolved by the
 * program unless -s is given, and a failure after the command was sent is one of reading.
 */
function asTheCClient(error: unknown, { commandState }: Progress, hasService: boolean): string {
  const text = textOf(error);
  if (error instanceof RemctlNetworkError && error.phase === 'resolve' && !hasService) {
    return text.replace(/^unknown host /, 'cannot resolve host ');
  }
  return commandState === 'unknown' && text.startsWith('error receiving token')
    ? `error reading from server: ${text}`
    : text;
}

/** What a report of texts depends on. */
export interface TextReportOptions {
  /** Whether the server's principal was given. */
  readonly hasService: boolean;
  /** Whether a failure also says what is known of the command: the C client does not. */
  readonly tellsState?: boolean;
}

/** Output goes to the stream that the server names, byte for byte; all else to standard error. */
export function textReport({ hasService, tellsState = false }: TextReportOptions): Report {
  return {
    async token(token) {
      if (token.type === 'output') {
        await write(token.stream === STDERR ? STDERR_FD : STDOUT_FD, token.output);
      } else if (token.type === 'error') {
        await write(STDERR_FD, Buffer.concat([visibleBytes(token.output), Buffer.from('\n')]));
      }
    },
    lost,
    async failure(error, progress) {
      await say(asTheCClient(error, progress, hasService));
      if (tellsState) {
        await say(KNOWN[progress.commandState]);
      }
    },
    interrupted: (signal, progress) => say(lastWords(signal, progress)),
  };
}

/** Everything is an object on standard output; the end by a signal is told on standard error too. */
export function jsonReport(): Report {
  const tell = (object: object) => write(STDOUT_FD, jsonLine(object));
  return {
    token: (token) => tell(jsonToken(token)),
    lost,
    failure: (error, progress) => tell(jsonError(error, progress)),
    async interrupted(signal, { commandState }) {
      const message = lastWords(signal, { commandState });
      await Promise.allSettled([
        say(message),
        tell({ type: 'error', time: jsonTime(), class: 'Signal', signal, message, commandState }),
      ]);
    },
  };
}
