// A job: one command for one server, as the queue stores it.
import { Queue } from 'bullmq';

/** The queue's name in Redis. */
export const QUEUE_NAME = 'remctl-commands';

/** Tries of a job whose command was not sent; the pauses double from the first on. */
const ATTEMPTS = 10;
const FIRST_PAUSE_MS = 2000;

/**
 * An argument as the queue stores it: a text, or the name of a secret. The worker reads a secret from
 * a file when it runs the job, so Redis never has it.
 *
 * @typedef {string | { readonly secret: string }} JobArgument
 */

/**
 * @typedef {object} CommandJob
 * @property {string} host
 * @property {number} [port]
 * @property {string} [principal] the server's; host/<host> without it
 * @property {readonly JobArgument[]} command
 */

/**
 * What a finished job gives.
 *
 * @typedef {object} JobResult
 * @property {string} stdout
 * @property {string} stderr
 * @property {boolean} cut whether there was more output than is kept
 */

/**
 * Opens the queue. `redis` is a client of ioredis, or its options.
 *
 * @param {import('bullmq').ConnectionOptions} redis
 * @returns {import('bullmq').Queue<CommandJob, JobResult>}
 */
export function openQueue(redis) {
  return new Queue(QUEUE_NAME, { connection: redis });
}

/**
 * Adds a job. A job with an id that the queue has is not added: give each order an id of its own, and an
 * application that crashes may add it again.
 *
 * @param {import('bullmq').Queue<CommandJob, JobResult>} queue
 * @param {string} id
 * @param {CommandJob} job
 * @param {{ firstPauseMs?: number }} [options]
 */
export function addJob(queue, id, job, { firstPauseMs = FIRST_PAUSE_MS } = {}) {
  return queue.add('command', job, {
    jobId: id,
    attempts: ATTEMPTS,
    backoff: { type: 'exponential', delay: firstPauseMs },
  });
}
