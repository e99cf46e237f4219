/** A session on one connection. */
import type { ShellMode } from '../options/options.js';
import { FAILURE_STATUS } from '../run/exit-status.js';
import { jsonReport, textReport } from '../run/report.js';
import { isOutputError } from '../terminal/write.js';
import { runScript } from './script-session.js';
import { runAtTerminal } from './terminal-session.js';

/**
 * Runs a session and returns the exit status: the last command's. At a terminal it asks for commands, on standard
 * error; else each line of standard input is one. Throws OutputError if standard output or standard error take nothing more.
 */
export async function runShell(mode: ShellMode): Promise<number> {
  try {
    return process.stdin.isTTY && process.stderr.isTTY
      ? await runAtTerminal(mode)
      : await runScript(mode);
  } catch (error) {
    if (isOutputError(error)) {
      throw error;
    }
    const report = mode.json
      ? jsonReport()
      : textReport({ hasService: mode.connection.service !== undefined });
    await report.failure(error, { commandState: 'not-sent' });
    return FAILURE_STATUS;
  }
}
