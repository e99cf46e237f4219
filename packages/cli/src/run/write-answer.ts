/** Writes a command's answer as it arrives. */
import type { RemctlRun } from '@remctl/core';
import { isBrokenPipe, OutputError } from '../terminal/write.js';
import type { DebugLines } from './debug-lines.js';
import { FAILURE_STATUS, SERVER_ERROR_STATUS } from './exit-status.js';
import type { Report } from './report.js';

/** Where an answer goes. */
export interface AnswerTo {
  readonly report: Report;
  readonly debug: DebugLines;
}

/**
 * Writes the answer and returns the status of the command, 255 if the server answers with an error. Output that
 * cannot be written is told once, and gives status 1 if the command's is 0. Throws the errors of the run, and
 * OutputError if the output's reader has gone.
 */
export async function writeAnswer(run: RemctlRun, { report, debug }: AnswerTo): Promise<number> {
  let isLost = false;
  for await (const token of run) {
    await debug.flush();
    try {
      await report.token(token);
    } catch (error) {
      if (!isLoss(error)) {
        throw error;
      }
      // As with the C client the command runs on to its end: it does not know of our disk.
      if (!isLost) {
        await report.lost(error).catch(ignoreLoss);
      }
      isLost = true;
    }
    if (token.type === 'status') {
      return isLost && token.status === 0 ? FAILURE_STATUS : token.status;
    }
    if (token.type === 'error') {
      return SERVER_ERROR_STATUS;
    }
  }
  throw new Error('the server ended the answer without a status');
}

/** Whether output was lost while its reader is still there, as on a full disk. */
function isLoss(error: unknown): error is OutputError {
  return error instanceof OutputError && !isBrokenPipe(error);
}

/** The exit status tells what standard error cannot. Throws every other error. */
export function ignoreLoss(error: unknown): void {
  if (!isLoss(error)) {
    throw error;
  }
}
