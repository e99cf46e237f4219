/** Keytab entries into a file's bytes, version 2 (0x0502). */
import { int16, int32, uint8, uint16, uint32 } from '../file/byte-writer.js';
import { FORMAT, VERSION } from './format.js';
import type { KeytabEntry } from './keytab.js';

const KVNO_BYTE = 0xff;

function data(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint16(bytes.length), bytes]);
}

function record({ principal, timestamp, kvno, key }: KeytabEntry): Buffer {
  const { components, realm, nameType } = principal;
  const content = Buffer.concat([
    uint16(components.length),
    ...[realm, ...components].map((text) => data(Buffer.from(text))),
    int32(nameType),
    uint32(timestamp),
    uint8(kvno & KVNO_BYTE),
    int16(key.etype),
    data(key.value),
    uint32(kvno),
  ]);
  return Buffer.concat([int32(content.length), content]);
}

/**
 * A file that `decodeKeytab` and libkrb5 read. It holds keys: write it for its owner alone. Throws
 * RangeError for numbers that the format cannot hold.
 */
export function encodeKeytab(entries: readonly KeytabEntry[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([uint8(FORMAT), uint8(VERSION), ...entries.map(record)]));
}
