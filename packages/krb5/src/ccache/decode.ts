/** Decodes credential cache files of versions 3 and 4. */
import { EncryptionKey } from '../crypto/encryption-key.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { ByteReader, TruncatedError } from '../file/byte-reader.js';
import type { Principal } from '../principal.js';
import type { Ccache, CcacheConfigEntry, CcacheCredential, TimeOffset } from './ccache.js';
import { CONFIG_NAME, CONFIG_REALM, FORMAT, HeaderTag, REMOVED_AUTHTIME } from './format.js';

const OFFSET_LENGTH = 8;

function text(reader: ByteReader): string {
  return reader.text(reader.uint32());
}

function data(reader: ByteReader): Uint8Array {
  return reader.bytes(reader.uint32());
}

/**
 * Reads as many items as are announced. Each item takes bytes, so a number that is too great ends in
 * TruncatedError.
 */
function list<T>(reader: ByteReader, read: () => T): T[] {
  const items: T[] = [];
  for (let left = reader.uint32(); left > 0; left--) {
    items.push(read());
  }
  return items;
}

/**
 * Reads a principal. Throws TruncatedError.
 */
export function principal(reader: ByteReader): Principal {
  const nameType = reader.int32();
  // The realm stands between the number of components and the components.
  let left = reader.uint32();
  const realm = text(reader);
  const components: string[] = [];
  for (; left > 0; left--) {
    components.push(text(reader));
  }
  return { nameType, components, realm };
}

function key(reader: ByteReader, version: 3 | 4): EncryptionKey {
  const etype = reader.int16();
  if (version === 3) {
    reader.int16();
  }
  return new EncryptionKey(etype, data(reader));
}

/**
 * Reads a credential, or a configuration entry in the form of one. Throws
 * TruncatedError.
 */
export function credential(reader: ByteReader, version: 3 | 4): CcacheCredential {
  return {
    client: principal(reader),
    server: principal(reader),
    key: key(reader, version),
    authtime: reader.uint32(),
    starttime: reader.uint32(),
    endtime: reader.uint32(),
    renewTill: reader.uint32(),
    isSkey: reader.uint8() !== 0,
    flags: reader.uint32(),
    addresses: list(reader, () => ({ addrType: reader.int16(), address: data(reader) })),
    authorizationData: list(reader, () => ({ adType: reader.int16(), adData: data(reader) })),
    ticket: data(reader),
    secondTicket: data(reader),
  };
}

/** Returns the configuration entry that has the form of a credential; undefined for a ticket. */
function configEntry({ server, ticket }: CcacheCredential): CcacheConfigEntry | undefined {
  const [name, configKey, about] = server.components;
  if (server.realm !== CONFIG_REALM || name !== CONFIG_NAME || configKey === undefined) {
    return undefined;
  }
  return { key: configKey, principal: about, value: ticket };
}

function timeOffset(header: ByteReader): TimeOffset | undefined {
  let offset: TimeOffset | undefined;
  while (header.remaining > 0) {
    const tag = header.uint16();
    const value = header.part(header.uint16());
    if (tag === HeaderTag.DELTATIME && value.remaining === OFFSET_LENGTH) {
      offset = { seconds: value.int32(), microseconds: value.int32() };
    }
  }
  return offset;
}

function formatVersion(reader: ByteReader): 3 | 4 {
  const format = reader.uint8();
  const version = reader.uint8();
  if (format !== FORMAT) {
    throw new Krb5Error(LocalErrorCode.KRB5_CC_FORMAT, 'this is not a credential cache file');
  }
  if (version !== 3 && version !== 4) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CCACHE_BADVNO,
      `credential cache files of version ${version} cannot be read here, only those of 3 and 4: ` +
        'remove ccache_type from krb5.conf and run kinit',
    );
  }
  return version;
}

/** Tells the tickets of a cache from its configuration entries. */
export function separated(
  entries: readonly CcacheCredential[],
): Pick<Ccache, 'credentials' | 'configEntries'> {
  const credentials: CcacheCredential[] = [];
  const configEntries: CcacheConfigEntry[] = [];
  for (const each of entries) {
    const entry = configEntry(each);
    if (entry === undefined) {
      credentials.push(each);
    } else {
      configEntries.push(entry);
    }
  }
  return { credentials, configEntries };
}

/** What stands before the tickets. */
function head(reader: ByteReader): Pick<Ccache, 'version' | 'timeOffset' | 'defaultPrincipal'> {
  const version = formatVersion(reader);
  const offset = version === 4 ? timeOffset(reader.part(reader.uint16())) : undefined;
  return { version, timeOffset: offset, defaultPrincipal: principal(reader) };
}

/** Returns what `read` gives. Throws KRB5_CC_FORMAT if the bytes end before it. */
function orDamaged<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof TruncatedError) {
      throw new Krb5Error(
        LocalErrorCode.KRB5_CC_FORMAT,
        `the credential cache file is damaged (${cause.message}): run kinit`,
        { cause },
      );
    }
    throw cause;
  }
}

/** The next entry, or what is wrong with it. */
function next(reader: ByteReader, version: 3 | 4): CcacheCredential | { readonly damage: string } {
  try {
    return credential(reader, version);
  } catch (cause) {
    if (cause instanceof TruncatedError) {
      return { damage: cause.message };
    }
    throw cause;
  }
}

/**
 * Decodes a credential cache file. As libkrb5 does, it takes the tickets before something that is no
 * ticket, such as a newline at the end. Takes at most 96 times the memory of `bytes`, whatever
 * numbers they announce. Throws Krb5Error KRB5_CCACHE_BADVNO for versions other than 3 and 4,
 * KRB5_CC_FORMAT if the bytes are not a cache file or end before the first ticket may begin (MIT
 * Kerberos, "Credential cache file format").
 */
export function decodeCcache(bytes: Uint8Array): Ccache {
  const reader = new ByteReader(bytes);
  const start = orDamaged(() => head(reader));
  const entries: CcacheCredential[] = [];
  let damage: string | undefined;
  while (reader.remaining > 0 && damage === undefined) {
    const each = next(reader, start.version);
    if ('damage' in each) {
      damage = each.damage;
      continue;
    }
    if (each.endtime !== 0 || each.authtime !== REMOVED_AUTHTIME) {
      entries.push(each);
    }
  }
  return { ...start, ...separated(entries), damage };
}

/**
 * Decodes the principal whose cache a file is, whatever stands after it. Bounds and errors are those
 * of `decodeCcache`.
 */
export function decodeCcacheClient(bytes: Uint8Array): Principal {
  return orDamaged(() => head(new ByteReader(bytes))).defaultPrincipal;
}
