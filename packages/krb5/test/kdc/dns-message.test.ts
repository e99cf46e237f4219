/** Answers of name servers as bytes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeDnsAnswer, encodeDnsQuestion } from '../../src/kdc/dns-message.js';

const URI = 256;
const asked = encodeDnsQuestion({ id: 0x1234, name: '_kerberos.EXAMPLE.ORG', type: URI });
if (asked === undefined) {
  throw new Error('the question was not encoded');
}
const question = asked.subarray(12);
const uint16 = (...values: readonly number[]) =>
  Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));
const header = (flags: number, answers: number, id = 0x1234, questions = 1) =>
  uint16(id, flags, questions, answers, 0, 0);
/** A record whose name is a pointer to the question's. */
const record = (data: Buffer, { type = URI, length = data.length, klass = 1 } = {}) =>
  Buffer.concat([uint16(0xc00c, type, klass, 0, 60, length), data]);
const decode = (...parts: readonly Buffer[]) => decodeDnsAnswer(Buffer.concat(parts), asked);
const ok = 0x8180;
const DATA = Buffer.from('data');

test('records of the asked type are found among others, and under any name', () => {
  const alias = record(Buffer.of(0), { type: 5 });
  const named = Buffer.concat([Buffer.of(1, 0x78, 0), record(DATA).subarray(2)]);
  const answer = decode(
    header(ok, 4),
    question,
    alias,
    record(DATA),
    record(DATA, { klass: 3 }),
    named,
  );
  expect(answer).toEqual({
    code: 0,
    truncated: false,
    records: [new Uint8Array(DATA), new Uint8Array(DATA)],
  });
});

test('a question in other letters is the same question', () => {
  const lower = Buffer.from(question.toString('latin1').toLowerCase(), 'latin1');
  expect(decode(header(ok | 3, 0), lower)).toEqual({ code: 3, truncated: false, records: [] });
  expect(decode(header(ok | 0x0200, 0), question)?.truncated).toBe(true);
});

test.each<[string, readonly Buffer[]]>([
  ['another number', [header(ok, 1, 0x1235), question, record(DATA)]],
  ['a question', [header(0x0100, 1), question, record(DATA)]],
  ['another kind of message', [header(0xa800, 1), question, record(DATA)]],
  ['no question', [header(ok, 1, 0x1234, 0), question, record(DATA)]],
  ['another name', [header(ok, 1), Buffer.from(question).fill(0x79, 3, 4), record(DATA)]],
  [
    'another type',
    [
      header(ok, 1),
      Buffer.from(question).fill(0x21, question.length - 4, question.length - 3),
      record(DATA),
    ],
  ],
  ['more records than it has', [header(ok, 65_535), question, record(DATA)]],
  ['a record that ends after the message', [header(ok, 1), question, record(DATA, { length: 9 })]],
  ['a name that does not end', [header(ok, 1), question, Buffer.alloc(90, 1)]],
  ['a label of a reserved kind', [header(ok, 1), question, Buffer.alloc(90, 0x80)]],
  ['half a header', [header(ok, 1).subarray(0, 6)]],
])('a message with %s is no answer', (_what, parts) => {
  expect(decode(...parts)).toBeUndefined();
});

test.each(['', 'a..b', `${'x'.repeat(64)}.org`, 'a.'.repeat(130)])(
  'DNS is not asked for the name %s',
  (name) => {
    expect(encodeDnsQuestion({ id: 1, name, type: URI })).toBeUndefined();
  },
);

test('any bytes after the question give records that lie in them, or nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(65_535), (rest, count) => {
      const answer = decode(header(ok, count), question, Buffer.from(rest));
      const length = (answer?.records ?? []).reduce((sum, each) => sum + each.length, 0);
      expect(length).toBeLessThanOrEqual(rest.length);
    }),
  );
});
