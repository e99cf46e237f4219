/** Passwords that nobody chose. */
import { randomBytes } from 'node:crypto';

/** As many bits as the smallest key of an encryption type. */
const BYTES = 16;

/** Makes a random password of hexadecimal digits. */
export function randomPassword(): string {
  return randomBytes(BYTES).toString('hex');
}
