/** Random octets for confounders, drawn in bulk. */
import { randomFillSync } from 'node:crypto';
import { CONFOUNDER_LENGTH } from './aes-cts.js';

// A call for 16 octets costs as much as one for 4,096.
const pool = Buffer.alloc(256 * CONFOUNDER_LENGTH);
let used = pool.length;

/** Writes a confounder to the first 16 octets of `target`. No octet is given out twice. */
export function fillConfounder(target: Buffer): void {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  pool.copy(target, 0, used, used + CONFOUNDER_LENGTH);
  used += CONFOUNDER_LENGTH;
}
