/** Commands of a session, one after the other on one connection. */
import { type CommandState, createPool, type Pool, type RemctlRun } from '@remctl/core';
import type { ShellMode } from '../options/options.js';
import type { DeadlySignal } from '../run/deadly-signals.js';
import { backendOf, clientOptionsOf, targetOf } from '../run/open-options.js';
import { jsonReport, type Report, textReport } from '../run/report.js';

/** Seconds between two NOOPs: firewalls forget a connection after minutes. */
const KEEP_ALIVE_S = 60;
/** The C client's statuses: the server's error, any other failure; and a shell's for Ctrl-C. */
const SERVER_ERROR_STATUS = 255;
const FAILURE_STATUS = 1;
const INTERRUPTED_STATUS = 130;
/** Seconds for the server's help: somebody waits for the Tab key. */
const HELP_TIMEOUT_MS = 5000;
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
  readonly report: Report;
  /** What is known of the command that runs, or ran last. */
  readonly commandState: CommandState;
  /** Runs a command, writes its answer, and returns its status. Failures are told and give a status too. */
  run(words: readonly (string | Uint8Array)[]): Promise<number>;
  /** Ends the command that runs, and tells what is known of it. Does nothing if none runs. */
  interrupt(signal: DeadlySignal): void;
  /** Returns the server's help; undefined if there is none. */
  help(): Promise<string | undefined>;
  close(): Promise<void>;
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
export async function openSession(mode: ShellMode, events: SessionEvents): Promise<Session> {
  const { connection, host, json } = mode;
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
  const report = json ? jsonReport() : textReport({ hasService: connection.service !== undefined });
  let running: { readonly run: RemctlRun; readonly controller: AbortController } | undefined;
  let commandState: CommandState = 'not-sent';

  async function answerOf(run: RemctlRun): Promise<number> {
    for await (const token of run) {
      await report.token(token);
      if (token.type === 'status') {
        return token.status;
      }
      if (token.type === 'error') {
        return SERVER_ERROR_STATUS;
      }
    }
    throw new Error('the server ended the answer without a status');
  }

  return {
    report,
    get commandState() {
      return running?.run.commandState ?? commandState;
    },
    async run(words) {
      const controller = new AbortController();
      const run = pool.run(words, { signal: controller.signal });
      running = { run, controller };
      try {
        return await answerOf(run);
      } catch (error) {
        const progress = { commandState: run.commandState };
        if (error instanceof Interrupted) {
          isMissed = true;
          await report.interrupted(error.signal, progress);
          return INTERRUPTED_STATUS;
        }
        if (error instanceof Error && error.name === 'OutputError') {
          throw error;
        }
        await report.failure(error, progress);
        return FAILURE_STATUS;
      } finally {
        commandState = run.commandState;
        running = undefined;
      }
    },
    interrupt: (signal) => running?.controller.abort(new Interrupted(signal)),
    async help() {
      const signal = AbortSignal.timeout(HELP_TIMEOUT_MS);
      try {
        const { stdout } = await pool.run(['help'], { signal, maxOutput: MAX_HELP }).text();
        return stdout;
      } catch {
        // A server without help, or one that is gone: the next command tells which.
        return undefined;
      }
    },
    close: () => pool[Symbol.asyncDispose](),
  };
}
