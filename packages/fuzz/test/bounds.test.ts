/** Parsers keep their bounds of memory and time on the worst inputs. */
import { tokenTooLarge } from '@remctl/core/failures';
import { createTokenReader } from '@remctl/core/wire';
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
  parseUriRecord,
  readText,
  scan,
  types,
  unframeToken,
} from '../src/krb5-internals.js';
import { decodeAnswerV1, decodeMessage } from '../src/pure-backend-internals.js';
import {
  aclLines,
  compileRegex,
  confLines,
  parseAclEntry,
  parseCommand,
} from '../src/server-internals.js';
import { createRequestReader, MAX_REQUEST } from '../src/testing-internals.js';
import {
  ACL_FILES,
  CCACHES,
  ELEMENTS,
  KEYTABS,
  KRB5_CONFS,
  MEBIBYTE,
  NAMED_SECTIONS,
  NAMES,
  PADATA,
  REMCTL_CONFS,
  repeated,
  STREAMS,
} from './crafted.js';
import { memoryTaken } from './memory.js';

/** The largest ratio of a parser's memory to its input's length, as the parsers' docstrings say. */
const FACTOR = 96;
/** Bytes that the process itself takes meanwhile. */
const SLACK = MEBIBYTE;
/** Bytes of garbage that V8 leaves in its young generation before it collects them. */
const YOUNG_GARBAGE = 32 * MEBIBYTE;

/** Returns the result of `read`, or the error that it throws: memory of both counts. */
function resultOrError(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

/** Expects `read` to take at most `most` bytes. A first run compiles its code, unmeasured. */
function expectWithin(most: number, read: () => unknown): void {
  resultOrError(read);
  const { atOnce, kept } = memoryTaken(() => resultOrError(read));
  expect(atOnce).toBeLessThan(most + SLACK + YOUNG_GARBAGE);
  expect(kept).toBeLessThan(most + SLACK);
}

function readConf(input: Buffer): unknown {
  const root = newSection();
  return [root, [...readText(input.toString('utf8'), 'krb5.conf', root)]];
}

/** Reads an ACL file as the server does: it looks at one entry, then at the next. */
function readAcl(input: Buffer): unknown {
  let last: unknown;
  for (const { text } of aclLines('acl', input)) {
    last = parseAclEntry(text, 'princ');
  }
  return last;
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
  ['confLines', REMCTL_CONFS, (input) => [...confLines('remctl.conf', input)].map(parseCommand)],
  ['aclLines', ACL_FILES, readAcl],
  ['decodeMessage', STREAMS, decodeMessage],
  ['decodeAnswerV1', STREAMS, decodeAnswerV1],
];

describe.each(PARSERS)('%s', (_parser, inputs, read) => {
  test.each(inputs)('takes at most its bound of memory: %s', (_name, input) => {
    expectWithin(FACTOR * input.length, () => read(input));
  });
});

describe('streams', () => {
  test.each(STREAMS)('a token reader holds at most one token of a mebibyte: %s', (_name, input) => {
    for (const size of [1, 5, 65_536]) {
      const reader = createTokenReader(tokenTooLarge);
      expectWithin(MEBIBYTE, () => {
        for (let at = 0; at < Math.min(input.length, 100_000 * size); at += size) {
          reader.push(input.subarray(at, at + size), () => undefined);
        }
        return reader;
      });
    }
  });

  test('an answer by TCP in single bytes takes at most twice the length that it announces', () => {
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

test('a request by TCP takes at most what it may announce', () => {
  const request = Buffer.alloc(4 + MAX_REQUEST);
  request.writeUInt32BE(MAX_REQUEST);
  expectWithin(2 * MAX_REQUEST, () => {
    const read = createRequestReader();
    for (let at = 0; at < request.length - 1; at++) {
      read(request.subarray(at, at + 1));
    }
    return read;
  });
});

test('an unwrapped message takes at most four times the memory of its token', () => {
  const options = { key: KEYS[0], acceptorSubkey: true, sendSeq: 0n, recvSeq: 0n };
  const unordered = { ...options, replay: false, sequence: false };
  const initiator = createMessageProtection({ ...unordered, role: 'initiator' });
  const acceptor = createMessageProtection({ ...unordered, role: 'acceptor' });
  const token = initiator.wrap(Buffer.alloc(4 * MEBIBYTE));
  expectWithin(4 * token.length, () => acceptor.unwrap(token));
  // The largest rotation that the field RRC can hold (RFC 4121, section 4.2.5).
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
 * The length of a row in bytes. Time that grows as the square of the length would be many seconds
 * for an eighth of a mebibyte, and minutes for a mebibyte. A KRB-ERROR with the longer row as its
 * text has at most a mebibyte.
 */
const ROW = LONG ? MEBIBYTE - 1024 : MEBIBYTE / 8;

/**
 * Texts that, repeated, could make a regular expression or a loop begin again at each repetition.
 */
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
/** Bytes of an expression and of a principal: a match may take time by their product. */
const PATTERN = 512;

/** Parsers whose only input is a text. */
const TEXTS: readonly ((text: string) => unknown)[] = [
  parseDuration,
  parseEtypeList,
  (text) => parseKdc(text, { realm: 'R', anchors: [] }),
  (text) => parseKdc(`https://kdc/${text}`, { realm: 'R', anchors: [] }),
  (text) =>
    parseUriRecord(Buffer.from(`0000krb5srv:m:kkdcp:https://${text}`), { realm: 'R', anchors: [] }),
  parsePrincipal,
  locateCcache,
  locateKeytab,
  (text) => expandPath(text, {}),
];
/** Texts before and after a row. */
const AROUND = [
  ['', ''],
  ['a', '!'],
] as const;

describe('time grows in proportion to the input: a row of', () => {
  test.each(UNITS)('%j', (unit) => {
    for (const [before, after] of AROUND) {
      const input = repeated(unit, Buffer.from(before), Buffer.from(after), ROW);
      const string = input.toString('utf8');
      for (const read of TEXTS) {
        resultOrError(() => read(string));
      }
      resultOrError(() => [...confLines('remctl.conf', input)].map(parseCommand));
      resultOrError(() => readAcl(input));
      const short = repeated(unit, Buffer.from(before), Buffer.from(after), PATTERN);
      for (const pattern of [short.toString('utf8'), `(${unit}|a*)*b`, '(a*)*b|(a|aa){1,99}$']) {
        resultOrError(() => compileRegex(pattern)(short.toString('utf8')));
      }
      for (const start of ['[a]\nx = ', '[a]\nx = "', '[a]\nx', '[', 'include ']) {
        resultOrError(() => readConf(Buffer.from(`${start}${string}`)));
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
      // The encoder refuses a NUL, so the row replaces the text after the encoding.
      const encoding = Buffer.from(encode(krbError, error));
      encoding.set(input, encoding.length - ROW);
      expect(decode(krbError, encoding).eText).toBeDefined();
    }
  });
});
