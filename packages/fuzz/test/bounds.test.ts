/** What the parsers promise of memory and time, on inputs made to take as much as they can. */
import { createMessageProtection } from '@remctl/krb5';
import { describe, expect, test } from 'vitest';
import { LONG } from '../../../tools/property-runs.mjs';
import { KEYS } from '../src/keys.js';
import {
  createAnswerReader,
  decode,
  decodeCcache,
  decodeKeytab,
  encode,
  expandPath,
  krbError,
  locateCcache,
  locateKeytab,
  newSection,
  parseDuration,
  parseEtypeList,
  parseKdc,
  parsePrincipal,
  readText,
  scan,
  types,
  unframeToken,
} from '../src/krb5.js';
import { createTokenReader, decodeAnswerV1, decodeMessage } from '../src/pure-backend.js';
import {
  CCACHES,
  ELEMENTS,
  KEYTABS,
  KRB5_CONFS,
  MEBIBYTE,
  NAMED_SECTIONS,
  NAMES,
  PADATA,
  repeated,
  STREAMS,
} from './crafted.js';
import { memoryTaken } from './memory.js';

/** How many times its input's length a parser may take, as the parsers' docstrings say. */
const FACTOR = 96;
/** What the process itself takes meanwhile. */
const SLACK = MEBIBYTE;
/** Garbage that V8 lets lie in its young generation, before it looks whether something is used. */
const YOUNG_GARBAGE = 32 * MEBIBYTE;

/** What `read` gives, or the error that it ends in: both are kept. */
function ended(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

/** Holds `read` to `most` octets. Once before it is measured, so that its code is compiled. */
function expectWithin(most: number, read: () => unknown): void {
  ended(read);
  const { atOnce, kept } = memoryTaken(() => ended(read));
  expect(atOnce).toBeLessThan(most + SLACK + YOUNG_GARBAGE);
  expect(kept).toBeLessThan(most + SLACK);
}

function readConf(input: Buffer): unknown {
  const root = newSection();
  return [root, [...readText(input.toString('utf8'), 'krb5.conf', root)]];
}

const PARSERS: readonly (readonly [
  string,
  readonly (readonly [string, Buffer])[],
  (input: Buffer) => unknown,
])[] = [
  ['decodeCcache', CCACHES, decodeCcache],
  ['decodeKeytab', KEYTABS, decodeKeytab],
  ['scan', ELEMENTS, (input) => scan(input)],
  ['decode', [...ELEMENTS, PADATA], (input) => decode(types.paDataSequence, input)],
  ['unframeToken', ELEMENTS, unframeToken],
  ['readText', [...KRB5_CONFS, ['sections of other names', NAMED_SECTIONS]], readConf],
  ['parsePrincipal', NAMES, (input) => parsePrincipal(input.toString('utf8'))],
  ['parseEtypeList', NAMES, (input) => parseEtypeList(input.toString('utf8'))],
  ['decodeMessage', STREAMS, decodeMessage],
  ['decodeAnswerV1', STREAMS, decodeAnswerV1],
];

describe.each(PARSERS)('%s', (_parser, inputs, read) => {
  test.each(inputs)('takes no more memory than it may: %s', (_name, input) => {
    expectWithin(FACTOR * input.length, () => read(input));
  });
});

describe('streams', () => {
  test.each(STREAMS)('a token reader holds one token of a mebibyte at most: %s', (_name, input) => {
    for (const size of [1, 5, 65_536]) {
      const reader = createTokenReader();
      expectWithin(MEBIBYTE, () => {
        for (let at = 0; at < Math.min(input.length, 100_000 * size); at += size) {
          reader.push(input.subarray(at, at + size), () => undefined);
        }
        return reader;
      });
    }
  });

  test('an answer by TCP in single octets takes what it announced', () => {
    const answer = Buffer.alloc(4 + MEBIBYTE);
    answer.writeUInt32BE(MEBIBYTE);
    expectWithin(2 * MEBIBYTE, () => {
      const read = createAnswerReader();
      for (let at = 0; at < answer.length - 1; at++) {
        read(answer.subarray(at, at + 1));
      }
      return read;
    });
  });
});

test('a message out of a token takes no more than four times the token', () => {
  const options = { key: KEYS[0], acceptorSubkey: true, sendSeq: 0n, recvSeq: 0n };
  const unordered = { ...options, replay: false, sequence: false };
  const initiator = createMessageProtection({ ...unordered, role: 'initiator' });
  const acceptor = createMessageProtection({ ...unordered, role: 'acceptor' });
  const token = initiator.wrap(Buffer.alloc(4 * MEBIBYTE));
  expectWithin(4 * token.length, () => acceptor.unwrap(token));
  // The octets after the header, rotated right by as many as RRC can say (RFC 4121, section 4.2.5).
  const rotation = 0xffff;
  const rotated = Buffer.concat([
    token.subarray(0, 16),
    token.subarray(-rotation),
    token.subarray(16, -rotation),
  ]);
  rotated.writeUInt16BE(rotation, 6);
  expect(acceptor.unwrap(rotated).length).toBe(4 * MEBIBYTE);
  expectWithin(4 * token.length, () => acceptor.unwrap(rotated));
  const flipped = Buffer.from(token);
  flipped.writeUInt8(1, token.length - 1);
  expectWithin(4 * token.length, () => acceptor.unwrap(flipped));
});

/**
 * Time by the square of an eighth of a mebibyte would be many seconds, of a mebibyte minutes. A KRB-ERROR with
 * a text of the longer row has a mebibyte at most.
 */
const ROW = LONG ? MEBIBYTE - 1024 : MEBIBYTE / 8;

/** What could make a regular expression, or a loop, begin anew at each of its repetitions. */
const UNITS = [
  ...' \t\0a1d:-,;/\\@.=*"[]{}%\n\r+',
  '%{',
  '%{}',
  '\\\\',
  'a,',
  ' -',
  '1d ',
  '1:',
  '/a',
  '@a',
  'x=1\n',
  '[a]\n',
  'x={\n',
  '}\n',
  '\u0301',
  '\ufeff',
  '\ud800',
];
/** Parsers of a text alone. */
const TEXTS: readonly ((text: string) => unknown)[] = [
  parseDuration,
  parseEtypeList,
  parseKdc,
  parsePrincipal,
  locateCcache,
  locateKeytab,
  (text) => expandPath(text, {}),
];
const AROUND = [
  ['', ''],
  ['a', '!'],
] as const;

describe('time grows as the input does: a row of', () => {
  test.each(UNITS)('%j', (unit) => {
    for (const [before, after] of AROUND) {
      const input = repeated(unit, Buffer.from(before), Buffer.from(after), ROW);
      const string = input.toString('utf8');
      for (const read of TEXTS) {
        ended(() => read(string));
      }
      for (const start of ['[a]\nx = ', '[a]\nx = "', '[a]\nx', '[', 'include ']) {
        ended(() => readConf(Buffer.from(`${start}${string}`)));
      }
      const error = {
        pvno: types.PVNO,
        msgType: types.MessageType.KRB_ERROR,
        stime: 0,
        susec: 0,
        errorCode: 0,
        realm: 'R',
        sname: { nameType: 0, nameString: [] },
        eText: 'a'.repeat(ROW),
      };
      // The encoder refuses a NUL, so the text is put in afterwards.
      const encoding = Buffer.from(encode(krbError, error));
      encoding.set(input, encoding.length - ROW);
      expect(decode(krbError, encoding).eText).toBeDefined();
    }
  });
});
