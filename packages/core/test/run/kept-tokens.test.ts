/** Tokens kept ahead of their reader keep their bytes and their order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptTokens } from '../../src/run/kept-tokens.js';
import type { ServerToken } from '../../src/tokens.js';
import { output, SUCCESS } from '../support/answers.js';

/** Joins the output of neighbouring tokens of one stream, as `stream: text`. */
function joined(tokens: readonly ServerToken[]): string[] {
  const list: { stream: number; text: string }[] = [];
  for (const token of tokens) {
    if (token.type !== 'output' || token.output.length === 0) {
      continue;
    }
    const text = Buffer.from(token.output).toString('latin1');
    const last = list.at(-1);
    if (last?.stream === token.stream) {
      last.text += text;
    } else {
      list.push({ stream: token.stream, text });
    }
  }
  return list.map(({ stream, text }) => `${stream}: ${text}`);
}

test('Tokens come out in the order in which they came, and the status last', () => {
  const piece = fc.tuple(fc.constantFrom(1 as const, 2 as const), fc.string({ maxLength: 2000 }));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const given = pieces.map(([stream, text]) => output(text, stream));
      const kept = keptTokens(Number.POSITIVE_INFINITY);
      for (const token of [...given, SUCCESS]) {
        kept.add(token);
      }
      const taken: ServerToken[] = [];
      for (let token = kept.take(); token !== undefined; token = kept.take()) {
        taken.push(token);
      }
      expect(taken.at(-1)).toEqual(SUCCESS);
      expect(joined(taken)).toEqual(joined(given));
    }),
  );
});

test('Nothing is taken from an empty store', () => {
  expect(keptTokens(1).take()).toBeUndefined();
});
