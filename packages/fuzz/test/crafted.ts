/** Inputs of about a mebibyte that claim, repeat or nest to excess. */
import { MESSAGE_TOKEN_FLAGS } from '@remctl/core/wire';

export const MEBIBYTE = 2 ** 20;

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Returns `unit` over and over between `before` and `after`: `total` bytes, or a little less. */
export function repeated(
  unit: string | Uint8Array,
  before: Uint8Array,
  after: Uint8Array,
  total: number = MEBIBYTE,
): Buffer {
  const length = total - before.length - after.length;
  const whole = length - (length % Buffer.from(unit).length);
  return Buffer.concat([before, Buffer.alloc(whole, unit), after]);
}

const NOTHING = Buffer.alloc(0);
/** The largest length or count: no parser may believe it. */
const HUGE = uint32(0xffff_ffff);

const CCACHE_START = Buffer.from([5, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
/** The start of a credential: principals, key, times, is_skey and flags, all empty. */
const CREDENTIAL_START = Buffer.alloc(12 + 12 + 6 + 16 + 1 + 4);
const KEYTAB_START = Buffer.from([5, 2]);
/** An entry with only empty fields, after its length. */
const KEYTAB_ENTRY = Buffer.concat([uint32(17), Buffer.alloc(17)]);

export const CCACHES: readonly (readonly [string, Buffer])[] = [
  [
    'empty credentials',
    repeated(Buffer.alloc(CREDENTIAL_START.length + 16), CCACHE_START, NOTHING),
  ],
  [
    'a list with the largest count of addresses',
    repeated(Buffer.alloc(6), Buffer.concat([CCACHE_START, CREDENTIAL_START, HUGE]), NOTHING),
  ],
  [
    'a list of empty addresses',
    Buffer.concat([
      CCACHE_START,
      CREDENTIAL_START,
      uint32(150_000),
      Buffer.alloc(150_000 * 6 + 12),
    ]),
  ],
  [
    'a name with the largest count of components',
    repeated(Buffer.alloc(4), Buffer.concat([CCACHE_START.subarray(0, 8), HUGE]), NOTHING),
  ],
  [
    'a name of empty components',
    Buffer.concat([CCACHE_START.subarray(0, 8), uint32(250_000), Buffer.alloc(250_001 * 4)]),
  ],
  ['a name of 4 GiB', Buffer.concat([CCACHE_START.subarray(0, 12), HUGE])],
  ['a key of 4 GiB', Buffer.concat([CCACHE_START, Buffer.alloc(24 + 2), HUGE])],
  [
    'header fields of the largest length',
    Buffer.concat([Buffer.from([5, 4, 0xff, 0xff]), Buffer.alloc(0xffff)]),
  ],
];

export const KEYTABS: readonly (readonly [string, Buffer])[] = [
  ['empty entries', repeated(KEYTAB_ENTRY, KEYTAB_START, NOTHING)],
  ['holes of one byte', repeated(Buffer.from([0xff, 0xff, 0xff, 0xff, 0]), KEYTAB_START, NOTHING)],
  ['an entry of 2 GiB', Buffer.concat([KEYTAB_START, uint32(0x7fff_ffff)])],
  ['a hole of 2 GiB', Buffer.concat([KEYTAB_START, uint32(0x8000_0000)])],
  [
    'a name of 65,535 empty components',
    Buffer.concat([
      KEYTAB_START,
      uint32(2 + 2 + 65_535 * 2 + 15),
      Buffer.from([0xff, 0xff]),
      Buffer.alloc(2 + 65_535 * 2 + 15),
    ]),
  ],
];

/** Returns an element with its length in four bytes. */
function element(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag, 0x84), uint32(content.length), content]);
}

function nested(depth: number): Buffer {
  let inner: Buffer = Buffer.from([0x05, 0x00]);
  for (let level = 0; level < depth; level++) {
    inner = element(0x30, inner);
  }
  return inner;
}

const CONTENT_LENGTH = MEBIBYTE - 64;

export const ELEMENTS: readonly (readonly [string, Buffer])[] = [
  ['4 GiB claimed', Buffer.concat([Buffer.of(0x30, 0x84), HUGE])],
  [
    'an element in every two bytes',
    element(0x30, Buffer.alloc(CONTENT_LENGTH, Buffer.from([0x05, 0x00]))),
  ],
  ['8,000 empty names', element(0x30, Buffer.alloc(16_000, Buffer.from([0x1b, 0x00])))],
  ['100,000 bytes of sequences, each in the one before', nested(100_000 / 6)],
  ['one string', element(0x1b, Buffer.alloc(CONTENT_LENGTH, 'a'))],
  [
    'one string of NULs and a letter',
    element(0x1b, Buffer.concat([Buffer.alloc(CONTENT_LENGTH), Buffer.of(0x61)])),
  ],
];

/** As many PA-DATA as the limit of elements allows. */
export const PADATA: readonly [string, Buffer] = [
  'empty PA-DATA',
  element(0x30, Buffer.alloc(1_600 * 11, Buffer.from('3009a103020101a2020400', 'hex'))),
];

export const KRB5_CONFS: readonly (readonly [string, Buffer])[] = (
  [
    ['relations', 'a=1\n', '[a]\n'],
    ['sections', 'a={\n}\n', '[a]\n'],
    ['headers', '[a]\n', ''],
    ['empty lines', '\n', '[a]\n'],
    ['NULs', '\0', '[a]\n'],
    ['includes', 'include a\n', ''],
    ['a quoted value', '\\n', '[a]\nx = "'],
    ['nesting', 'a={\n', '[a]\n'],
  ] as const
).map(([name, unit, before]) => [name, repeated(unit, Buffer.from(before), NOTHING)]);

export const REMCTL_CONFS: readonly (readonly [string, Buffer])[] = (
  [
    ['commands', 'a b /c ANYUSER\n', ''],
    ['words', 'a ', 'a b /c ANYUSER '],
    ['options', 'help=a ', 'a b /c '],
    ['rules', 'princ:a ', 'a b /c '],
    ['continuations', '\\\n', 'a b /c ANYUSER '],
    ['empty lines', '\n', ''],
    ['comments', '#\n', ''],
    ['a mask', '1,', 'a b /c logmask='],
  ] as const
).map(([name, unit, before]) => [name, repeated(unit, Buffer.from(before), Buffer.from('\n'))]);

export const ACL_FILES: readonly (readonly [string, Buffer])[] = (
  [
    ['principals', 'a@R\n'],
    ['empty lines', '\n'],
    ['comments', '#\n'],
    ['denials', 'deny:a\n'],
    ['expressions', 'regex:a\n'],
    ['nested denials', `${'deny:'.repeat(1600)}a\n`],
    ['one line', 'a'],
  ] as const
).map(([name, unit]) => [name, repeated(unit, NOTHING, NOTHING)]);

/** Sections, each with another name. */
export const NAMED_SECTIONS = Buffer.from(
  Array.from({ length: MEBIBYTE / 8 }, (_, at) => `[${at}]\n`)
    .join('')
    .slice(0, MEBIBYTE - 8),
);

export const NAMES: readonly (readonly [string, Buffer])[] = (
  ['a', '/', '\\n', 'a,', 'aes '] as const
).map((unit) => [`'${unit}' over and over`, repeated(unit, Buffer.from('a'), Buffer.from('@R'))]);

export const STREAMS: readonly (readonly [string, Buffer])[] = [
  [
    'tokens without payload',
    repeated(Buffer.from([MESSAGE_TOKEN_FLAGS, 0, 0, 0, 0]), NOTHING, NOTHING),
  ],
  [
    'tokens of one byte',
    repeated(Buffer.from([MESSAGE_TOKEN_FLAGS, 0, 0, 0, 1, 0]), NOTHING, NOTHING),
  ],
  ['4 GiB claimed', Buffer.concat([Buffer.of(MESSAGE_TOKEN_FLAGS), HUGE])],
  [
    'a mebibyte claimed, and one byte of it',
    Buffer.from([MESSAGE_TOKEN_FLAGS, 0, 0x0f, 0xff, 0xfb, 0]),
  ],
];
