/** ASN.1 types that hold other types: SEQUENCE, SEQUENCE OF, APPLICATION. */
import { Asn1Error } from './asn1-error.js';
import type { Codec, Input, ValueOf } from './asn1-type.js';
import {
  applicationTag,
  CONTEXT,
  enter,
  leave,
  MAX_TAG_NUMBER,
  mismatch,
  peekTag,
  readContent,
  SEQUENCE,
  skip,
} from './element.js';
import { prepend, prependConstructed, type Writer } from './writer.js';

/** SEQUENCE OF. `scan` has bounded the number of elements. */
export function sequenceOf<T>(element: Codec<T>): Codec<readonly T[]> {
  return {
    tag: SEQUENCE,
    write: (writer, values) => {
      prependConstructed(writer, SEQUENCE, () => {
        for (let i = values.length - 1; i >= 0; i--) {
          element.write(writer, values[i] as T);
        }
      });
    },
    read: (input) => {
      const end = enter(input, SEQUENCE);
      const values: T[] = [];
      while (input.offset < end) {
        values.push(element.read(input));
      }
      leave(input, end);
      return values;
    },
  };
}

/** An element of a SEQUENCE, under an explicit context tag. */
export interface Field<T, Optional extends boolean> {
  readonly number: number;
  readonly codec: Codec<T>;
  readonly optional: Optional;
}

/** `[number] EXPLICIT codec`. */
export function required<T>(number: number, codec: Codec<T>): Field<T, false> {
  return { number, codec, optional: false };
}

/** `[number] EXPLICIT codec OPTIONAL`. */
export function optional<T>(number: number, codec: Codec<T>): Field<T, true> {
  return { number, codec, optional: true };
}

// biome-ignore lint/suspicious/noExplicitAny: a field of any type; the mapped types below recover it.
type Fields = Readonly<Record<string, Field<any, boolean>>>;
type Flat<T> = { readonly [K in keyof T]: T[K] };
/** The object type of a SEQUENCE: optional fields may be absent, never undefined. */
export type SequenceValue<F extends Fields> = Flat<
  {
    readonly [K in keyof F as F[K]['optional'] extends true ? never : K]: ValueOf<F[K]['codec']>;
  } & {
    readonly [K in keyof F as F[K]['optional'] extends true ? K : never]?: ValueOf<F[K]['codec']>;
  }
>;

/**
 * SEQUENCE with explicitly tagged elements, in order. An element whose context tag the type does
 * not name is passed over (RFC 4120, section 1.5.1: types may be extended).
 */
export function sequence<F extends Fields>(fields: F): Codec<SequenceValue<F>> {
  const entries = Object.entries(fields);
  const lastFirst = entries.toReversed();
  return {
    tag: SEQUENCE,
    write: (writer, value) => {
      prependConstructed(writer, SEQUENCE, () => writeFields(lastFirst, writer, value));
    },
    read: (input) => {
      const end = enter(input, SEQUENCE);
      const value = readFields(entries, input, end);
      leave(input, end);
      return value as SequenceValue<F>;
    },
  };
}

type Entry = readonly [string, Fields[string]];

function writeFields(
  lastFirst: readonly Entry[],
  writer: Writer,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const [name, field] of lastFirst) {
    const member = values[name];
    if (member === undefined) {
      if (!field.optional) {
        throw new TypeError(`${name} is missing`);
      }
      continue;
    }
    prependConstructed(writer, CONTEXT + field.number, () => field.codec.write(writer, member));
  }
}

function readFields(entries: readonly Entry[], input: Input, end: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  let next = 0;
  while (input.offset < end) {
    const tag = peekTag(input);
    if (tag === null || tag < CONTEXT || tag > CONTEXT + MAX_TAG_NUMBER) {
      throw mismatch(CONTEXT, tag);
    }
    const number = tag - CONTEXT;
    next = indexOfField(entries, next, number);
    const entry = entries[next];
    const elementEnd = enter(input, tag);
    if (entry === undefined || entry[1].number !== number) {
      skipTo(input, elementEnd);
      continue;
    }
    value[entry[0]] = entry[1].codec.read(input);
    leave(input, elementEnd);
    next += 1;
  }
  indexOfField(entries, next, Number.POSITIVE_INFINITY);
  return value;
}

/**
 * Returns the index of the first field, from `next` on, with `number` or a higher number. Throws
 * Asn1Error if a required field comes before it.
 */
function indexOfField(entries: readonly Entry[], next: number, number: number): number {
  let index = next;
  let entry = entries[index];
  while (entry !== undefined && entry[1].number < number) {
    if (!entry[1].optional) {
      throw new Asn1Error(`${entry[0]} is missing`);
    }
    index += 1;
    entry = entries[index];
  }
  return index;
}

function skipTo(input: Input, end: number): void {
  while (input.offset < end) {
    skip(input);
  }
}

/** The value of a CHOICE: the name of the alternative, and the alternative's value. */
export type ChoiceValue<F extends Fields> = {
  readonly [K in keyof F]: { readonly type: K; readonly value: ValueOf<F[K]['codec']> };
}[keyof F];

/**
 * CHOICE of explicitly tagged alternatives. Its `tag` is the first alternative's. An alternative that
 * the type does not name is an Asn1Error.
 */
export function choice<F extends Fields>(alternatives: F): Codec<ChoiceValue<F>> {
  const codecs = Object.entries(alternatives).map(([type, { number, codec }]) => ({
    type,
    codec: explicit(CONTEXT + number, codec),
  }));
  return {
    tag: codecs[0]?.codec.tag ?? CONTEXT,
    write: (writer, { type, value }) => {
      codecs.find((each) => each.type === type)?.codec.write(writer, value);
    },
    read: (input) => {
      const tag = peekTag(input);
      const found = codecs.find(({ codec }) => codec.tag === tag);
      if (found === undefined) {
        throw mismatch(CONTEXT, tag);
      }
      return { type: found.type, value: found.codec.read(input) } as ChoiceValue<F>;
    },
  };
}

/** `[APPLICATION number] EXPLICIT codec`. */
export function application<T>(number: number, codec: Codec<T>): Codec<T> {
  return explicit(applicationTag(number), codec);
}

/** An element around another: `[tag] EXPLICIT codec`. */
function explicit<T>(tag: number, codec: Codec<T>): Codec<T> {
  return {
    tag,
    write: (writer, value) => {
      prependConstructed(writer, tag, () => codec.write(writer, value));
    },
    read: (input) => {
      const end = enter(input, tag);
      const value = codec.read(input);
      leave(input, end);
      return value;
    },
  };
}

/** An element kept in its encoding, tag and length included. Only its tag is checked. */
export function encoded(tag: number): Codec<Uint8Array> {
  return {
    tag,
    write: (writer, value) => {
      if (value[0] !== tag) {
        throw new TypeError(`an encoding with tag 0x${tag.toString(16)} is needed`);
      }
      prepend(writer, value);
    },
    read: (input) => {
      const start = input.offset;
      readContent(input, tag);
      return input.bytes.slice(start, input.offset);
    },
  };
}
