/** The frame of a KDC's answer by TCP. The first octet says how long the pieces are that it comes in. */
import { requireSame, requireThat } from '../findings.js';
import { createAnswerReader } from '../krb5.js';

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
  const pieces = read(stream, (data[0] ?? 0) + 1);
  if (whole instanceof Uint8Array && pieces instanceof Uint8Array) {
    requireSame('read at once and in pieces', whole, pieces);
  } else {
    requireThat('it is read the same at once and in pieces', whole === pieces);
  }
}
