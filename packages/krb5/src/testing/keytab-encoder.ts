/** Encodes keytab files of version 2 (0x0502), for tests. */
import { FORMAT, VERSION } from '../keytab/format.js';
import type { KeytabEntry } from '../keytab/keytab.js';
import { octetsOf } from '../text/octet-text.js';
import { int16, int32, uint8, uint16, uint32 } from './byte-writer.js';

const KVNO_BYTE = 0xff;

function data(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint16(bytes.length), bytes]);
}

function record({ principal, timestamp, kvno, key }: KeytabEntry): Buffer {
  const { components, realm, nameType } = principal;
  const content = Buffer.concat([
    uint16(components.length),
    ...[realm, ...components].map((text) => data(octetsOf(text))),
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
 * Encodes entries as a file that `decodeKeytab` and libkrb5 read. It holds keys: write it so that
 * only its owner can read it. Throws RangeError for numbers that the format cannot hold (MIT
 * Kerberos, "Keytab file format").
 */
export function encodeKeytab(entries: readonly KeytabEntry[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([uint8(FORMAT), uint8(VERSION), ...entries.map(record)]));
}
