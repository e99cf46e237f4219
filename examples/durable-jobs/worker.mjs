// The worker: takes jobs from the queue and runs their commands.
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { QUEUE_NAME } from './job.mjs';
import { jobRunner } from './run-job.mjs';

/** Commands that this worker runs at the same time. */
const CONCURRENCY = 8;
/** Times that a job is taken over from a worker that died. The mark sees to it that none is sent twice. */
const TAKE_OVERS = 5;
/** Milliseconds after which the jobs of a worker without a sign of life are taken over. */
const LOST_AFTER_MS = Number(process.env.LOST_AFTER_MS ?? 30_000);
if (!(LOST_AFTER_MS > 0)) {
  throw new Error(`LOST_AFTER_MS must be milliseconds above 0, not ${process.env.LOST_AFTER_MS}`);
}

// BullMQ waits for Redis as long as it takes: without this, ioredis gives up.
const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', {
  maxRetriesPerRequest: null,
});
redis.on('error', (error) => console.error(`Redis: ${error.message}`));

const runJob = jobRunner({
  redis,
  keyOf: (id) => worker.toKey(id),
  secrets: process.env.SECRETS ?? '/run/secrets',
});
/** @type {Worker<import('./job.mjs').CommandJob, import('./job.mjs').JobResult>} */
const worker = new Worker(QUEUE_NAME, runJob, {
  connection: redis,
  concurrency: CONCURRENCY,
  maxStalledCount: TAKE_OVERS,
  lockDuration: LOST_AFTER_MS,
  stalledInterval: LOST_AFTER_MS,
});
worker.on('error', (error) => console.error(`queue: ${error.message}`));
worker.on('completed', (job) => console.log(`${job.id}: finished`));
worker.on('failed', (job, error) => console.log(`${job?.id}: ${error.message}`));
await worker.waitUntilReady();
console.log('ready');

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  // The commands that run now end first. A second signal ends the process at once: they are `unknown` then.
  process.once(signal, async () => {
    await worker.close();
    await redis.quit();
  });
}
