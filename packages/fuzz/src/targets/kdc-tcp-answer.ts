/**
 * Target: the frame of a KDC's answer on TCP (RFC 4120, section 7.2.2).
 *
 * The first byte plus one is the length of the chunks in which the rest arrives.
 */
import { requireSame, requireThat } from '../findings.js';
import { createAnswerReader } from '../krb5-internals.js';

function read(data: Buffer, size: number): Uint8Array | 'refused' | undefined {
  const reader = createAnswerReader();
  try {
    for (let at = 0; at < data.length; at += size) {
      const answer = reader(data.subarray(at, at + size));
      if (answer !== undefined) {
        return answer;
      }
    }
  } catch (error) {
    requireThat('the refusal says why', error instanceof Error && /announced/.test(error.message));
    return 'refused';
  }
  return undefined;
}

export function fuzz(data: Buffer): void {
  const stream = data.subarray(1);
  const whole = read(stream, Math.max(stream.length, 1));
  const chunked = read(stream, (data[0] ?? 0) + 1);
  if (whole instanceof Uint8Array && chunked instanceof Uint8Array) {
    requireSame('the answer read at once and in chunks', whole, chunked);
  } else {
    requireThat('an answer reads the same at once and in chunks', whole === chunked);
  }
}
