/** The messages of the Kerberos Cache Manager, protocol version 2.0. */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { ByteReader, TruncatedError } from '../file/byte-reader.js';
import type { Principal } from '../principal.js';
import type { CcacheCredential } from './ccache.js';
import { credential, principal } from './decode.js';

const MAJOR_VERSION = 2;
const MINOR_VERSION = 0;

/** The operations that read caches (MIT Kerberos, kcm.h, which has Heimdal's numbers). */
export const KcmOperation = {
  GET_PRINCIPAL: 8,
  GET_CRED_UUID_LIST: 9,
  GET_CRED_BY_UUID: 10,
  GET_CACHE_UUID_LIST: 18,
  GET_CACHE_BY_UUID: 19,
  GET_DEFAULT_CACHE: 20,
  GET_KDC_OFFSET: 22,
  /** MIT's extension: all credentials in one reply. */
  GET_CRED_LIST: 13_001,
} as const;

/** The most bytes of a reply; libkrb5 has the same bound. */
export const MAX_REPLY_BYTES = 10 * 1024 * 1024;
/** The most caches or credentials that are taken from a daemon. */
const MAX_ITEMS = 4096;
const UUID_LENGTH = 16;
const STATUS_LENGTH = 4;
/** sssd gives a cache this offset if nobody has set one. */
const NO_OFFSET = 0x7fff_ffff;

/** A daemon's reply is not what the protocol says. */
export class KcmReplyError extends Error {
  override readonly name: string = 'KcmReplyError';
}

/** Encodes a request. A cache's name ends in a zero byte; a UUID stands as it is. */
export function encodeKcmRequest(
  operation: number,
  { cache, uuid }: { readonly cache?: string | undefined; readonly uuid?: Uint8Array | undefined },
): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt8(MAJOR_VERSION, 0);
  head.writeUInt8(MINOR_VERSION, 1);
  head.writeUInt16BE(operation, 2);
  const name = cache === undefined ? [] : [Buffer.from(`${cache}\0`)];
  return Buffer.concat([head, ...name, ...(uuid === undefined ? [] : [uuid])]);
}

/**
 * Splits a reply into its status, which is 0 or an error's code, and what follows. Throws
 * KcmReplyError if there is no status.
 */
export function splitKcmReply(reply: Uint8Array): {
  readonly status: number;
  readonly content: Uint8Array;
} {
  const status = decodeKcm(reply, (reader) => reader.int32());
  return { status, content: reply.subarray(STATUS_LENGTH) };
}

/** Decodes the name of a cache. Throws KcmReplyError. */
export function decodeKcmName(content: Uint8Array): string {
  const end = content.indexOf(0);
  if (end === -1) {
    throw new KcmReplyError('a name has no end');
  }
  return decodeKcm(content, (reader) => reader.text(end));
}

/** Decodes the UUIDs of caches or credentials. Throws KcmReplyError. */
export function decodeKcmUuids(content: Uint8Array): Uint8Array[] {
  if (content.length % UUID_LENGTH !== 0) {
    throw new KcmReplyError('a list of UUIDs ends within one');
  }
  requireFew(content.length / UUID_LENGTH);
  const uuids: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += UUID_LENGTH) {
    uuids.push(content.subarray(at, at + UUID_LENGTH));
  }
  return uuids;
}

/** Decodes the principal of a cache; undefined if the cache has none. Throws KcmReplyError. */
export function decodeKcmPrincipal(content: Uint8Array): Principal | undefined {
  return content.length === 0 ? undefined : decodeKcm(content, principal);
}

/** Decodes a credential or a configuration entry. Throws KcmReplyError. */
export function decodeKcmCredential(content: Uint8Array): CcacheCredential {
  return decodeKcm(content, (reader) => credential(reader, 4));
}

/** Decodes a counted list of credentials, each with its length. Throws KcmReplyError. */
export function decodeKcmCredentials(content: Uint8Array): CcacheCredential[] {
  return decodeKcm(content, (reader) => {
    const credentials: CcacheCredential[] = [];
    let left = reader.uint32();
    requireFew(left);
    for (; left > 0; left--) {
      credentials.push(credential(reader.part(reader.uint32()), 4));
    }
    return credentials;
  });
}

/**
 * Decodes the seconds to add to this machine's clock to get the KDC's; undefined if nobody has set
 * them. Throws KcmReplyError.
 */
export function decodeKcmOffset(content: Uint8Array): number | undefined {
  const offset = decodeKcm(content, (reader) => reader.int32());
  return offset === NO_OFFSET ? undefined : offset;
}

function requireFew(count: number): void {
  if (count > MAX_ITEMS) {
    throw new KcmReplyError(`a list has ${count} items; ${MAX_ITEMS} are allowed`);
  }
}

function decodeKcm<T>(content: Uint8Array, read: (reader: ByteReader) => T): T {
  try {
    return read(new ByteReader(content));
  } catch (cause) {
    if (cause instanceof TruncatedError) {
      throw new KcmReplyError(cause.message, { cause });
    }
    throw cause;
  }
}

/** Tells whether a status may mean that the daemon does not have the operation. */
export function isUnsupported(status: number): boolean {
  return UNSUPPORTED.has(status);
}

/** Heimdal's answer, sssd's, and that of an older sssd (as in libkrb5). */
const UNSUPPORTED: ReadonlySet<number> = new Set([
  LocalErrorCode.KRB5_FCC_INTERNAL,
  LocalErrorCode.KRB5_CC_NOSUPP,
  LocalErrorCode.KRB5_CC_IO,
]);

/** Tells whether an error says that a cache or a credential does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Krb5Error && MISSING.has(error.code);
}

const MISSING: ReadonlySet<number> = new Set([
  LocalErrorCode.KRB5_FCC_NOFILE,
  LocalErrorCode.KRB5_CC_END,
  LocalErrorCode.KRB5_CC_NOTFOUND,
]);
