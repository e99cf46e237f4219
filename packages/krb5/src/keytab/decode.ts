/** Decodes keytab files of version 2 (0x0502). */
import { EncryptionKey } from '../crypto/encryption-key.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { ByteReader, EncodingError, TruncatedError } from '../file/byte-reader.js';
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

function decode(reader: ByteReader): KeytabEntry[] {
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
  const entries: KeytabEntry[] = [];
  while (reader.remaining > 0) {
    const length = reader.int32();
    if (length === 0) {
      break;
    }
    const record = reader.part(Math.abs(length));
    if (length > 0) {
      entries.push(entry(record));
    }
  }
  return entries;
}

/**
 * Decodes a keytab file. Takes at most 96 times the memory of `bytes`, whatever numbers they
 * announce. Throws Krb5Error KRB5_KEYTAB_BADVNO for anything but version 2, KRB5_KT_FORMAT if the
 * bytes end too early or names are not UTF-8 (MIT Kerberos, "Keytab file format").
 */
export function decodeKeytab(bytes: Uint8Array): KeytabEntry[] {
  try {
    return decode(new ByteReader(bytes));
  } catch (cause) {
    if (cause instanceof TruncatedError || cause instanceof EncodingError) {
      throw new Krb5Error(
        LocalErrorCode.KRB5_KT_FORMAT,
        `the keytab is damaged (${cause.message}): write it anew`,
        { cause },
      );
    }
    throw cause;
  }
}
