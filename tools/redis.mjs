// Unpacks a Redis server, for the example of durable jobs.
import { join } from 'node:path';
import { unpackPackages } from './debian-packages.mjs';

/**
 * Unpacks Redis into .tools/redis: an installation would start a server on this machine. If it
 * cannot, it says why, and the tests that need Redis fail.
 */
export function unpackRedis() {
  unpackPackages({
    name: 'Redis',
    folder: 'redis',
    wanted: ['redis-server', 'redis-tools'],
    proof: join('usr', 'bin', 'redis-check-rdb'),
    purpose: 'the example of durable jobs',
    otherwise: 'the tests that need it will fail',
  });
}
