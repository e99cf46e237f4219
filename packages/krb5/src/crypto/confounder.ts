/** Random octets for confounders, drawn in bulk: a call for 16 octets costs as much as one for 4,096. */
import { randomFillSync } from 'node:crypto';
import { AES_BLOCK } from './aes-cts.js';

const pool = Buffer.alloc(256 * AES_BLOCK);
let used = pool.length;

/** Writes a confounder to the first 16 octets of `target`. No octet of the pool is given out twice. */
export function fillConfounder(target: Buffer): void {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  pool.copy(target, 0, used, used + AES_BLOCK);
  used += AES_BLOCK;
}
