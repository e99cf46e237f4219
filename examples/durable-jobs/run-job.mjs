// Runs a job's command at most once, whatever dies meanwhile.
import { randomUUID } from 'node:crypto';
import { createClient } from '@remctl/core';
import { UnrecoverableError } from 'bullmq';
import { readAnswer } from './read-answer.mjs';
import { withSecrets } from './secrets.mjs';
import { putMark, removeMark } from './sent-mark.mjs';

/** Seconds that a server may be silent. */
const TIMEOUT_S = 60;

const SENT_BEFORE =
  'unknown: a worker sent this command, and was gone before Redis had the answer: ask the server what it did';

/** @typedef {import('bullmq').Job<import('./job.mjs').CommandJob, import('./job.mjs').JobResult>} Job */

/**
 * Makes the function that BullMQ calls with each job. The reason of a job that fails begins with what
 * became of its command: `not-sent`, `unknown` or `finished`. A job is tried again only if it is `not-sent`.
 *
 * @param {object} parts
 * @param {import('ioredis').Redis} parts.redis
 * @param {(jobId: string) => string} parts.keyOf gives a job's key in Redis
 * @param {string} parts.secrets the folder of secrets
 * @returns {(job: Job) => Promise<import('./job.mjs').JobResult>}
 */
export function jobRunner({ redis, keyOf, secrets }) {
  return async (job) => {
    const client = await createClient(undefined, { timeout: TIMEOUT_S });
    try {
      const { host, port, principal, command } = job.data;
      const words = await withSecrets(command, secrets);
      // Opening sends nothing of a command, and is what fails most often.
      await client.open({ host, port, principal });
      return await sendOnce(client, words, { redis, key: keyOf(job.id ?? '') });
    } catch (error) {
      throw asFailure(error, client.commandState);
    } finally {
      await client.close();
    }
  };
}

/**
 * Sends the command, unless it was sent before, and returns its result.
 *
 * @param {import('@remctl/core').Remctl} client
 * @param {readonly (string | Uint8Array)[]} command
 * @param {{ redis: import('ioredis').Redis, key: string }} job
 */
async function sendOnce(client, command, { redis, key }) {
  if (!(await putMark(redis, key, randomUUID()))) {
    throw new UnrecoverableError(SENT_BEFORE);
  }
  try {
    return await readAnswer(client.run(command));
  } catch (error) {
    if (client.commandState === 'not-sent') {
      await removeMark(redis, key);
    }
    throw error;
  }
}

/**
 * Returns the error for BullMQ, which tries a job again after every error but an UnrecoverableError.
 *
 * @param {unknown} error
 * @param {import('@remctl/core').CommandState} state
 */
function asFailure(error, state) {
  if (error instanceof UnrecoverableError) {
    return error;
  }
  const reason = `${state}: ${error instanceof Error ? error.message : String(error)}`;
  // A wrong argument stays wrong.
  const isWrong = error instanceof TypeError || error instanceof RangeError;
  return state === 'not-sent' && !isWrong ? new Error(reason) : new UnrecoverableError(reason);
}
