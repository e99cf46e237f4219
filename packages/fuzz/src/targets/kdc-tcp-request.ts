/**
 * Target: the frames of requests to the test KDC on TCP (RFC 4120, section 7.2.2).
 *
 * The first byte plus one is the length of the chunks in which the rest arrives.
 */
import { requireSame, requireThat } from '../findings.js';
import { createRequestReader, frameAnswer, MAX_REQUEST } from '../testing-internals.js';

/** Returns the requests in `data`, framed again, and whether one was too long. */
function read(data: Buffer, size: number) {
  const reader = createRequestReader();
  const requests: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += size) {
    const { requests: more, tooLong } = reader(data.subarray(at, at + size));
    requests.push(...more);
    if (tooLong) {
      return { requests, tooLong };
    }
  }
  return { requests, tooLong: false };
}

export function fuzz(data: Buffer): void {
  const stream = data.subarray(1);
  const whole = read(stream, Math.max(stream.length, 1));
  const chunked = read(stream, (data[0] ?? 0) + 1);
  const framed = ({ requests }: typeof whole) => Buffer.concat(requests.map(frameAnswer));
  requireSame('the requests read at once and in chunks', framed(whole), framed(chunked));
  requireThat('a stream is refused both at once and in chunks', whole.tooLong === chunked.tooLong);
  const { length } = framed(whole);
  requireSame('the requests framed again', framed(whole), stream.subarray(0, length));
  const rest = stream.subarray(length);
  const claims = rest.length >= 4 && rest.readUInt32BE() > MAX_REQUEST;
  requireThat('a stream is refused if a request is too long', whole.tooLong === claims);
}
