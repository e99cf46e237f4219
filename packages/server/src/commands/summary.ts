/** The summary of all commands that a client may run. */
import { createCommandOutput } from './command-output.js';
import { orAborted } from './or-aborted.js';
import type { Call, Outcome, PreparedCommand } from './prepared-command.js';

/**
 * Runs the summary of each command that has one and that the client may run, in their order. Returns undefined
 * if there is none.
 *
 * The outcome is remctld's. If a signal ended the last summary that failed, the outcome is `killed`. Else it is the
 * status of the last command in the list, and 0 if that command has no summary for this client.
 */
export async function runSummaries(
  commands: readonly PreparedCommand[],
  call: Call,
): Promise<Outcome | undefined> {
  let any = false;
  let failed: Outcome | undefined;
  let last: Outcome | undefined;
  for (const { summary, permit } of commands) {
    last = undefined;
    if (call.signal.aborted) {
      return { type: 'aborted' };
    }
    if (
      summary === undefined ||
      !(await orAborted(permit(call.client.principal, call.fail), call.signal))
    ) {
      continue;
    }
    any = true;
    // A summary that is stopped, by its time-out for example, must not stop the output of the next.
    last = await summary({ ...call, output: createCommandOutput({ output: call.output.send }) });
    if (last.type === 'aborted') {
      return last;
    }
    if (last.type !== 'status' || last.status !== 0) {
      failed = last;
    }
  }
  if (!any) {
    return undefined;
  }
  if (failed !== undefined && failed.type !== 'status') {
    return { type: 'killed' };
  }
  return last ?? { type: 'status', status: 0 };
}
