/** The times in authenticators. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Etype } from '../../src/crypto/etypes.js';
import { EncryptionKey, randomKey } from '../../src/crypto/index.js';
import { type Moment, nextMoment, randomMoment } from '../../src/time/moments.js';

const NOW = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

const newKey = () => randomKey(Etype.AES256_CTS_HMAC_SHA1_96);
const total = ({ seconds, microseconds }: Moment) => seconds * 1_000_000 + microseconds;

test('moments of one session key always grow, whatever the clock does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -HOUR_MS, max: HOUR_MS }), { minLength: 2 }),
      (clock) => {
        const { etype, value } = newKey();
        let before = 0;
        for (const offset of clock) {
          // A cache that is read again gives a new object with the same key.
          const moment = total(
            nextMoment(new EncryptionKey(etype, Buffer.from(value)), NOW + offset),
          );
          expect(moment).toBeGreaterThan(before);
          before = moment;
        }
      },
    ),
  );
});

test('a thousand moments of one millisecond stay within the skew that servers allow', () => {
  const key = newKey();
  const moments = Array.from({ length: 1000 }, () => nextMoment(key, NOW));
  for (const { seconds, microseconds } of moments) {
    expect(Math.abs(seconds - NOW / 1000)).toBeLessThan(2);
    expect(microseconds).toBeGreaterThanOrEqual(0);
    expect(microseconds).toBeLessThan(1_000_000);
  }
});

test('each key has its own moments: a clock that was ahead for one does not bind another', () => {
  nextMoment(newKey(), NOW + HOUR_MS);
  expect(nextMoment(newKey(), NOW).seconds).toBe(NOW / 1000);
});

test('microseconds are random, and not the milliseconds of the clock', () => {
  const drawn = Array.from({ length: 200 }, () => [
    nextMoment(newKey(), NOW).microseconds,
    randomMoment(NOW).microseconds,
  ]).flat();
  expect(new Set(drawn).size).toBeGreaterThan(390);
  expect(drawn.filter((each) => each % 1000 !== 0).length).toBeGreaterThan(380);
});
