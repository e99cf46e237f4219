// Adds a job to the queue, or lists the jobs.
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { addJob, openQueue } from './job.mjs';
import { isMarked } from './sent-mark.mjs';

const USAGE = `node jobs.mjs add ID [--port PORT] [--principal PRINCIPAL] HOST ARGUMENT...
node jobs.mjs list
An argument @NAME is the secret NAME: the worker reads it from the file NAME of its folder of secrets.`;

/**
 * Returns the job that a command line describes.
 *
 * @param {string[]} args
 */
function readJob(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { port: { type: 'string' }, principal: { type: 'string' } },
  });
  const [id = '', host = '', ...words] = positionals;
  if (words.length === 0) {
    throw new TypeError('an id, a host and a command are needed');
  }
  const command = words.map((word) => (word.startsWith('@') ? { secret: word.slice(1) } : word));
  const { port, principal } = values;
  if (port !== undefined && !/^\d+$/.test(port)) {
    throw new TypeError(`the port must be a number, not ${port}`);
  }
  return {
    id,
    job: {
      host,
      command,
      ...(port === undefined ? {} : { port: Number(port) }),
      ...(principal === undefined ? {} : { principal }),
    },
  };
}

/**
 * Prints each job's id, its state, and what is known of its command.
 *
 * @param {ReturnType<typeof openQueue>} queue
 * @param {Redis} redis
 */
async function list(queue, redis) {
  for (const job of await queue.getJobs()) {
    const state = await job.getState();
    const sent = await isMarked(redis, queue.toKey(job.id ?? ''));
    const known = job.failedReason || (sent ? 'sent' : 'not-sent');
    console.log(
      `${job.id}\t${state}\t${state === 'completed' ? job.returnvalue.stdout.trim() : known}`,
    );
  }
}

const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
const queue = openQueue(redis);
try {
  const [verb, ...rest] = process.argv.slice(2);
  if (verb === 'add') {
    const { id, job } = readJob(rest);
    await addJob(queue, id, job);
  } else if (verb === 'list' && rest.length === 0) {
    await list(queue, redis);
  } else {
    throw new TypeError(`there is no ${JSON.stringify(verb ?? '')}`);
  }
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  process.exitCode = 1;
} finally {
  await queue.close();
  await redis.quit();
}
