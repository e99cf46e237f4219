/** The flags of a context, and the checksum that carries them (RFC 4121, section 4.1.1). */

/** Context flags (RFC 4121, section 4.1.1.1; the numbers of RFC 2744's GSS_C_*_FLAG). */
export const ContextFlag = {
  DELEG: 1,
  MUTUAL: 2,
  REPLAY: 4,
  SEQUENCE: 8,
  CONF: 16,
  INTEG: 32,
} as const;

/** Mutual authentication, replay and sequence detection, confidentiality and integrity. */
export const ALL_FLAGS =
  ContextFlag.MUTUAL |
  ContextFlag.REPLAY |
  ContextFlag.SEQUENCE |
  ContextFlag.CONF |
  ContextFlag.INTEG;

/** The type of the authenticator's checksum in a GSS-API context (RFC 4121, section 4.1.1). */
export const GSS_CHECKSUM_TYPE = 0x8003;

const BINDINGS_LENGTH = 16;
const FLAGS_OFFSET = 4 + BINDINGS_LENGTH;
const MIN_LENGTH = FLAGS_OFFSET + 4;

/** Encodes the authenticator's checksum: `flags`, no channel bindings, no delegated credentials. */
export function encodeContextChecksum(flags: number): Uint8Array {
  const checksum = Buffer.alloc(MIN_LENGTH);
  checksum.writeUInt32LE(BINDINGS_LENGTH, 0);
  checksum.writeUInt32LE(flags, FLAGS_OFFSET);
  return new Uint8Array(checksum);
}

/**
 * Decodes the flags in an authenticator's checksum; undefined if it has another form. The channel
 * bindings are ignored: an acceptor without bindings accepts any (RFC 2743, section 1.1.6, and MIT
 * Kerberos).
 */
export function decodeContextChecksum(checksum: Uint8Array): number | undefined {
  const bytes = Buffer.from(checksum.buffer, checksum.byteOffset, checksum.byteLength);
  if (bytes.length < MIN_LENGTH || bytes.readUInt32LE(0) !== BINDINGS_LENGTH) {
    return undefined;
  }
  return bytes.readUInt32LE(FLAGS_OFFSET);
}
