/** Decodes keytab files of version 2 (0x0502). */
import { EncryptionKey } from '../crypto/encryption-key.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { ByteReader, TruncatedError } from '../file/byte-reader.js';
import type { Principal } from '../principal.js';
import { FORMAT, VERSION } from './format.js';
import type { KeytabEntry } from './keytab.js';

const KVNO_LENGTH = 4;

function text(reader: ByteReader): string {
  return reader.text(reader.uint16());
}

function principal(reader: ByteReader): Principal {
  let left = reader.uint16();
  const realm = text(reader);
  const components: string[] = [];
  for (; left > 0; left--) {
    components.push(text(reader));
  }
  return { components, realm, nameType: reader.int32() };
}

function entry(reader: ByteReader): KeytabEntry {
  const owner = principal(reader);
  const timestamp = reader.uint32();
  const shortKvno = reader.uint8();
  const key = new EncryptionKey(reader.int16(), reader.bytes(reader.uint16()));
  // Releases from 1.14 on write the whole number too. Zeros in its place are from a former hole.
  const kvno = (reader.remaining >= KVNO_LENGTH && reader.uint32()) || shortKvno;
  return { principal: owner, timestamp, kvno, key };
}

/** The content of a keytab's file. */
export interface DecodedKeytab {
  readonly entries: readonly KeytabEntry[];
  /** What is wrong behind the entries; undefined if the file ends as it should. */
  readonly damage: string | undefined;
}

function checkVersion(reader: ByteReader): void {
  const format = reader.uint8();
  const version = reader.uint8();
  if (format !== FORMAT || version !== VERSION) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KEYTAB_BADVNO,
      format === FORMAT
        ? `keytabs of version ${version} cannot be read here, only those of ${VERSION}: write it anew`
        : 'this is not a keytab',
    );
  }
}

/** Reads the next record. Returns its entry, undefined for a hole, and `end` at the file's end. */
function next(reader: ByteReader): KeytabEntry | undefined | 'end' {
  if (reader.remaining === 0) {
    return 'end';
  }
  const length = reader.int32();
  if (length === 0) {
    return 'end';
  }
  const record = reader.part(Math.abs(length));
  return length > 0 ? entry(record) : undefined;
}

/**
 * Decodes a keytab file. As libkrb5 does, it takes the entries before something that is no entry,
 * such as a newline at the end. Takes at most 96 times the memory of `bytes`, whatever numbers they
 * announce. Throws Krb5Error KRB5_KEYTAB_BADVNO for anything but version 2, KRB5_KT_FORMAT if the
 * bytes end before the version (MIT Kerberos, "Keytab file format").
 */
export function decodeKeytab(bytes: Uint8Array): DecodedKeytab {
  const reader = new ByteReader(bytes);
  const entries: KeytabEntry[] = [];
  let isHeaderRead = false;
  try {
    checkVersion(reader);
    isHeaderRead = true;
    for (let each = next(reader); each !== 'end'; each = next(reader)) {
      if (each !== undefined) {
        entries.push(each);
      }
    }
    return { entries, damage: undefined };
  } catch (cause) {
    if (!(cause instanceof TruncatedError)) {
      throw cause;
    }
    if (isHeaderRead) {
      return { entries, damage: cause.message };
    }
    throw new Krb5Error(
      LocalErrorCode.KRB5_KT_FORMAT,
      `the keytab is damaged (${cause.message}): write it anew`,
      { cause },
    );
  }
}
