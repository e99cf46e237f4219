/** One command on several hosts. */
import { foldHosts } from '@remctl/core';
import { commandOf } from '../arguments/from-elsewhere.js';
import type { HostsMode } from '../options/options.js';
import { FAILURE_STATUS } from '../run/exit-status.js';
import { jsonError, jsonLine } from '../terminal/json-lines.js';
import { visible } from '../terminal/visible-controls.js';
import { STDERR_FD, STDOUT_FD, write } from '../terminal/write.js';
import { hostListOf } from './host-list.js';
import { runTask, type Task } from './run-task.js';

async function taskOf(mode: HostsMode): Promise<Task> {
  const { hosts, repeated } = await hostListOf(mode);
  if (repeated.length > 0) {
    const names = visible(foldHosts(repeated));
    await write(STDERR_FD, `remctl: named more than once, run once: ${names}\n`);
  }
  return { mode, hosts, command: await commandOf(mode) };
}

/** Says why nothing was run. */
async function sayFailure(error: unknown, { json }: HostsMode): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  await (json
    ? write(STDOUT_FD, jsonLine(jsonError(error)))
    : write(STDERR_FD, `remctl: ${visible(message)}\n`));
}

/** Runs the command on each host and returns the exit status: 0 if every host ended with status 0. */
export async function runHosts(mode: HostsMode): Promise<number> {
  let task: Task;
  try {
    task = await taskOf(mode);
  } catch (error) {
    await sayFailure(error, mode);
    return FAILURE_STATUS;
  }
  return runTask(task);
}
