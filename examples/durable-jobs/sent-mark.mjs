// The mark of a job whose command is about to be sent.

/** The field of the job's hash in Redis: the mark lives as long as the job. */
const FIELD = 'remctl:sent';

/**
 * Puts the mark, unless the job has one. Returns whether the mark is ours. One worker alone gets true,
 * also if two hold the same job: one that BullMQ took for dead, and its successor.
 *
 * @param {import('ioredis').Redis} redis
 * @param {string} key the job's key in Redis
 * @param {string} mark a text that no other try has
 */
export async function putMark(redis, key, mark) {
  if ((await redis.hsetnx(key, FIELD, mark)) === 1) {
    return true;
  }
  // If Redis was gone for a moment, ioredis has sent the request twice, and the mark may be ours.
  return (await redis.hget(key, FIELD)) === mark;
}

/**
 * Takes our mark away: nothing was sent.
 *
 * @param {import('ioredis').Redis} redis
 * @param {string} key
 */
export async function removeMark(redis, key) {
  await redis.hdel(key, FIELD);
}

/**
 * Returns whether the job's command was sent, or may have been.
 *
 * @param {import('ioredis').Redis} redis
 * @param {string} key
 */
export async function isMarked(redis, key) {
  return (await redis.hexists(key, FIELD)) === 1;
}
