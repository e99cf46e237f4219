/** Runs each target on its corpus, changed inputs and arbitrary bytes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../tools/property-runs.mjs';
import { readCorpus } from '../src/corpus.js';
import { loadTargets } from './target.js';

const targets = await loadTargets();

/** Returns inputs cut short, with another input's end, and with some bytes changed. */
function changed(inputs: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const input = fc.constantFrom(...inputs);
  const bytes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 6 });
  return fc.tuple(input, bytes, fc.nat(), input).map(([first, changes, cut, second]) => {
    const at = cut % (2 * first.length + 1);
    const copy = Buffer.concat([
      first.subarray(0, at),
      second.subarray(Math.min(at, first.length)),
    ]);
    for (const [position, byte] of changes) {
      if (copy.length > 0) {
        copy[position % copy.length] = byte;
      }
    }
    return copy;
  });
}

describe.each(targets)('$name', ({ name, fuzz }) => {
  const corpus = readCorpus(name);

  test('no kept input is a finding', async () => {
    expect(corpus.length).toBeGreaterThan(0);
    for (const input of corpus) {
      await fuzz(input);
    }
  });

  test('no changed input is a finding', async () => {
    await fc.assert(
      fc.asyncProperty(changed(corpus), async (data) => fuzz(data)),
      runs(300),
    );
  });

  test('no arbitrary bytes are a finding', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(bytes, async (data) => fuzz(Buffer.from(data))),
      runs(300),
    );
  });
});
