/** Commands of a session, one after the other on one connection. */
import {
  type CommandState,
  createPool,
  type Pool,
  RemctlNetworkError,
  type RemctlRun,
  STDOUT,
} from '@remctl/core';
import type { ShellMode } from '../options/options.js';
import { type DeadlySignal, unlessDying } from '../run/deadly-signals.js';
import { startDebugLines } from '../run/debug-lines.js';
import { FAILURE_STATUS } from '../run/exit-status.js';
import { backendOf, clientOptionsOf, targetOf } from '../run/open-options.js';
import { jsonReport, type Report, textReport } from '../run/report.js';
import { ignoreLoss, writeAnswer } from '../run/write-answer.js';
import { isOutputError, STDERR_FD, write } from '../terminal/write.js';

/** Seconds between two NOOPs: firewalls forget a connection after minutes. */
const KEEP_ALIVE_S = 60;
/** A shell's status for Ctrl-C. */
const INTERRUPTED_STATUS = 130;
/** Milliseconds for the server's help: somebody waits for the Tab key. */
const HELP_TIMEOUT_MS = 5000;
/** Bytes of the server's help that are kept. */
const MAX_HELP = 256 * 1024;

/** What a session tells beside the commands' output. */
export interface SessionEvents {
  /** The connection was lost. */
  onLost(error: unknown): void;
  /** A connection is open again. */
  onReopened(): void;
}

/** A session on a server. */
export interface Session {
  /** What is known of the command that runs; undefined if none does. */
  readonly commandState: CommandState | undefined;
  /** Runs a command, writes its answer, and returns its status. Failures are told and give a status too. */
  run(words: readonly (string | Uint8Array)[]): Promise<number>;
  /** Ends the command that runs, and tells what is known of it. Does nothing if none runs. */
  interrupt(signal: DeadlySignal): void;
  /** Returns what the server says of its commands; an empty text if it says nothing. Throws RemctlNetworkError. */
  help(): Promise<string>;
  close(): Promise<void>;
}

/** Returns what tells a session's answers and failures. */
export function sessionReport({ connection, json }: ShellMode): Report {
  return json
    ? jsonReport()
    : textReport({ hasService: connection.service !== undefined, tellsState: true });
}

/** The signal's reason after Ctrl-C. */
class Interrupted extends Error {
  readonly signal: DeadlySignal;

  constructor(signal: DeadlySignal) {
    super(`ended by ${signal}`);
    this.signal = signal;
  }
}

/** Opens the connection and returns the session. Throws the errors of `createPool` and `Remctl.open()`. */
export async function openSession(
  { connection, host }: ShellMode,
  report: Report,
  events: SessionEvents,
): Promise<Session> {
  /** Whether somebody edits a line, which -d must not tear. */
  let isQuiet = false;
  const debug = startDebugLines(connection.debug, async (line) => {
    if (!isQuiet) {
      await write(STDERR_FD, line).catch(ignoreLoss);
    }
  });
  // A connection of protocol 1 ends with its command: no news.
  let isMissed = false;
  const pool: Pool = await createPool(backendOf(connection), targetOf(host, connection), {
    ...clientOptionsOf(connection),
    max: 1,
    idleTimeout: 0,
    keepAlive: KEEP_ALIVE_S,
    onOpen: () => {
      if (isMissed) {
        isMissed = false;
        events.onReopened();
      }
    },
    onLost: (error) => {
      isMissed = true;
      events.onLost(error);
    },
  });
  await pool.open();
  let running: { readonly run: RemctlRun; readonly controller: AbortController } | undefined;

  async function tellFailure(error: unknown, commandState: CommandState): Promise<number> {
    // What ends this program has the last word.
    await unlessDying();
    if (isOutputError(error)) {
      throw error;
    }
    if (error instanceof Interrupted) {
      await report.interrupted(error.signal, { commandState });
      return INTERRUPTED_STATUS;
    }
    await report.failure(error, { commandState });
    return FAILURE_STATUS;
  }

  return {
    get commandState() {
      return running?.run.commandState;
    },
    async run(words) {
      await unlessDying();
      const controller = new AbortController();
      let run: RemctlRun | undefined;
      try {
        run = pool.run(words, { signal: controller.signal });
        running = { run, controller };
        return await writeAnswer(run, { report, debug });
      } catch (error) {
        isMissed ||= error instanceof Interrupted;
        return await tellFailure(error, run?.commandState ?? 'not-sent');
      } finally {
        running = undefined;
      }
    },
    interrupt: (signal) => running?.controller.abort(new Interrupted(signal)),
    async help() {
      const pieces: Uint8Array[] = [];
      let left = MAX_HELP;
      isQuiet = true;
      try {
        for await (const token of pool.run(['help'], {
          signal: AbortSignal.timeout(HELP_TIMEOUT_MS),
        })) {
          if (token.type === 'output' && token.stream === STDOUT) {
            const piece = token.output.subarray(0, left);
            left -= piece.length;
            pieces.push(piece);
          }
        }
      } catch (error) {
        if (error instanceof RemctlNetworkError) {
          throw error;
        }
        // What came is used. A server that has no help, or takes too long for it, is not asked again.
      } finally {
        isQuiet = false;
      }
      return Buffer.concat(pieces).toString();
    },
    async close() {
      await pool[Symbol.asyncDispose]();
      debug.end();
    },
  };
}
