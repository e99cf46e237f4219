/** Per-message tokens: Wrap and MIC (RFC 4121, section 4.2). */
import { checksumWith, verifyChecksumWith } from '../crypto/checksum.js';
import { decryptWith, encryptWith } from '../crypto/encryption.js';
import type { EncryptionKey } from '../crypto/encryption-key.js';
import { KeyUsage } from '../crypto/key-usage.js';
import type { UsageKeys } from '../crypto/profile.js';
import { deriveKeys } from '../crypto/usage-keys.js';
import { GssStatus } from '../error-codes.js';
import { GssError, Krb5Error } from '../errors.js';
import { createMessageOrder } from './message-order.js';

export interface MessageProtectionOptions {
  /**
   * The acceptor's subkey, else the initiator's subkey, else the session key (RFC 4121, section 2).
   */
  readonly key: EncryptionKey;
  /** This side's part in the context. */
  readonly role: 'initiator' | 'acceptor';
  /** Whether `key` is the acceptor's subkey: the tokens of both directions say so. */
  readonly acceptorSubkey: boolean;
  /** The number of this side's first message, from its Authenticator or EncAPRepPart. */
  readonly sendSeq: bigint;
  /** The number of the peer's first message. */
  readonly recvSeq: bigint;
  /** Refuse replayed messages: GSS_C_REPLAY_FLAG. */
  readonly replay: boolean;
  /** Refuse every message but the next: GSS_C_SEQUENCE_FLAG. */
  readonly sequence: boolean;
  /** Refuse Wrap tokens without confidentiality; true if it is left out. */
  readonly requireConfidentiality?: boolean;
}

/**
 * Protects a context's messages. Wrap and MIC tokens share one row of sequence numbers in each
 * direction.
 *
 * `unwrap` and `verifyMic` throw GssError GSS_S_DEFECTIVE_TOKEN if the token is not a token of the
 * peer in this context, and GSS_S_BAD_SIG if its integrity check fails. The `replay` and `sequence`
 * options add GSS_S_DUPLICATE_TOKEN, GSS_S_OLD_TOKEN, GSS_S_UNSEQ_TOKEN and GSS_S_GAP_TOKEN. A
 * refused token changes no state. Each call takes at most four times the memory of its token.
 */
export interface MessageProtection {
  /** Makes a Wrap token with confidentiality. The caller may reuse `message` afterwards. */
  wrap(message: Uint8Array): Buffer;
  /** Returns the message in a Wrap token, in memory of its own. */
  unwrap(token: Uint8Array): Buffer;
  /** Makes a MIC token for `message`. */
  getMic(message: Uint8Array): Buffer;
  /** Checks that `mic` is a MIC token for `message`. */
  verifyMic(message: Uint8Array, mic: Uint8Array): void;
}

const HEADER = 16;
const WRAP_TOKEN_ID = 0x0504;
const MIC_TOKEN_ID = 0x0404;

/** The offsets of a header's fields (RFC 4121, sections 4.2.6.1 and 4.2.6.2). */
const FLAGS = 2;
const FILLER = 3;
const EC = 4;
const RRC = 6;
const SND_SEQ = 8;

/** Flags (RFC 4121, section 4.2.2). Other bits are reserved, and ignored. */
const SENT_BY_ACCEPTOR = 1;
const SEALED = 2;
const ACCEPTOR_SUBKEY = 4;

const FILLER_OCTET = 0xff;

/** Creates the message protection of a context. Throws Krb5Error if the key is unusable. */
export function createMessageProtection(options: MessageProtectionOptions): MessageProtection {
  const { key, role, acceptorSubkey, recvSeq: next, replay, sequence } = options;
  const requireConfidentiality = options.requireConfidentiality ?? true;
  const initiator = directionKeys(key, KeyUsage.GSS_INITIATOR_SEAL, KeyUsage.GSS_INITIATOR_SIGN);
  const acceptor = directionKeys(key, KeyUsage.GSS_ACCEPTOR_SEAL, KeyUsage.GSS_ACCEPTOR_SIGN);
  const subkeyFlag = acceptorSubkey ? ACCEPTOR_SUBKEY : 0;
  const [send, sendFlags, receive, receiveFlags] =
    role === 'acceptor'
      ? [acceptor, subkeyFlag | SENT_BY_ACCEPTOR, initiator, subkeyFlag]
      : [initiator, subkeyFlag, acceptor, subkeyFlag | SENT_BY_ACCEPTOR];
  const acceptNumber = createMessageOrder({ next, replay, sequence });
  let sendSeq = options.sendSeq;

  const nextSendSeq = () => {
    const number = sendSeq;
    sendSeq = BigInt.asUintN(64, sendSeq + 1n);
    return number;
  };

  return {
    wrap(message) {
      const header = wrapHeader(sendFlags | SEALED, nextSendSeq());
      const token = encryptWith(send.seal, [message, header], HEADER);
      token.set(header);
      return token;
    },

    unwrap(token) {
      const { header, body } = openWrapToken(token, receiveFlags);
      const sealed = (header.readUInt8(FLAGS) & SEALED) !== 0;
      if (!sealed && requireConfidentiality) {
        throw defective('its message is not encrypted, and this context requires confidentiality');
      }
      const message = sealed
        ? unseal(receive.seal, header, body)
        : unsign(receive.seal, header, body);
      acceptNumber(header.readBigUInt64BE(SND_SEQ));
      return message;
    },

    getMic(message) {
      const header = micHeader(sendFlags, nextSendSeq());
      return Buffer.concat([header, checksumWith(send.sign, [message, header])]);
    },

    verifyMic(message, mic) {
      const token = bufferOver(mic);
      checkHeader(token, MIC_TOKEN_ID, receiveFlags, 'MIC');
      for (let at = FILLER; at < SND_SEQ; at++) {
        checkFiller(token, at);
      }
      if ((token.readUInt8(FLAGS) & SEALED) !== 0) {
        throw defective('a MIC token that says it is encrypted');
      }
      const header = token.subarray(0, HEADER);
      asGssError(() => verifyChecksumWith(receive.sign, [message, header], token.subarray(HEADER)));
      acceptNumber(header.readBigUInt64BE(SND_SEQ));
    },
  };
}

interface DirectionKeys {
  readonly seal: UsageKeys;
  readonly sign: UsageKeys;
}

function directionKeys(key: EncryptionKey, sealUsage: number, signUsage: number): DirectionKeys {
  return { seal: deriveKeys(key, sealUsage), sign: deriveKeys(key, signUsage) };
}

/** A Wrap token's header with EC and RRC 0: the same octets are sent and encrypted. */
function wrapHeader(flags: number, number: bigint): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(WRAP_TOKEN_ID);
  header[FLAGS] = flags;
  header[FILLER] = FILLER_OCTET;
  header.writeBigUInt64BE(number, SND_SEQ);
  return header;
}

function micHeader(flags: number, number: bigint): Buffer {
  const header = Buffer.alloc(HEADER, FILLER_OCTET);
  header.writeUInt16BE(MIC_TOKEN_ID);
  header[FLAGS] = flags;
  header.writeBigUInt64BE(number, SND_SEQ);
  return header;
}

interface WrapParts {
  /** The header as it was encrypted or signed: with RRC 0. */
  readonly header: Buffer;
  /** The octets after the header, without their rotation. */
  readonly body: Buffer;
}

/** Checks a Wrap token's header except for EC, and undoes the rotation. */
function openWrapToken(bytes: Uint8Array, flags: number): WrapParts {
  const token = bufferOver(bytes);
  checkHeader(token, WRAP_TOKEN_ID, flags, 'Wrap');
  checkFiller(token, FILLER);
  const header = Buffer.from(token.subarray(0, HEADER));
  const rotation = header.readUInt16BE(RRC);
  header.writeUInt16BE(0, RRC);
  return { header, body: rotateLeft(token.subarray(HEADER), rotation) };
}

function checkHeader(token: Buffer, id: number, flags: number, kind: 'Wrap' | 'MIC'): void {
  if (token.length < HEADER) {
    throw defective(`${token.length} octets are too few for a ${kind} token`);
  }
  if (token.readUInt16BE() !== id) {
    throw defective(`it is no ${kind} token`);
  }
  const differing = token.readUInt8(FLAGS) ^ flags;
  if ((differing & SENT_BY_ACCEPTOR) !== 0) {
    throw defective('this side sent it, and the peer has sent it back');
  }
  if ((differing & ACCEPTOR_SUBKEY) !== 0) {
    throw defective('it is made with another key than the one that both sides agreed on');
  }
}

function checkFiller(token: Buffer, at: number): void {
  if (token[at] !== FILLER_OCTET) {
    throw defective(`octet ${at} of its header is not 0xFF`);
  }
}

/** Undoes a rotation to the right (RFC 4121, section 4.2.5). `rotation` may exceed the length. */
function rotateLeft(body: Buffer, rotation: number): Buffer {
  const offset = body.length === 0 ? 0 : rotation % body.length;
  return offset === 0 ? body : Buffer.concat([body.subarray(offset), body.subarray(0, offset)]);
}

/**
 * Decrypts message, EC octets of filler and header (RFC 4121, section 4.2.4, with confidentiality).
 */
function unseal(keys: UsageKeys, header: Buffer, body: Buffer): Buffer {
  const plaintext = asGssError(() => decryptWith(keys, body));
  const end = plaintext.length - HEADER;
  if (end < 0 || plaintext.compare(header, 0, HEADER, end) !== 0) {
    throw defective('its header differs from the one under its encryption');
  }
  const length = end - header.readUInt16BE(EC);
  if (length < 0) {
    throw defective('its EC is larger than what it holds');
  }
  return plaintext.subarray(0, length);
}

/**
 * Checks the EC octets of checksum after the message (RFC 4121, section 4.2.4, without
 * confidentiality).
 */
function unsign(keys: UsageKeys, header: Buffer, body: Buffer): Buffer {
  const length = body.length - header.readUInt16BE(EC);
  if (length < 0) {
    throw defective('its EC is larger than what it holds');
  }
  const signedHeader = Buffer.from(header);
  signedHeader.writeUInt16BE(0, EC);
  const message = Buffer.from(body.subarray(0, length));
  asGssError(() => verifyChecksumWith(keys, [message, signedHeader], body.subarray(length)));
  return message;
}

function asGssError<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof Krb5Error) {
      throw new GssError(
        GssStatus.GSS_S_BAD_SIG,
        'the integrity check of a message failed: it was changed on its way; close the connection',
        { cause: error },
      );
    }
    throw error;
  }
}

function defective(what: string): GssError {
  return new GssError(
    GssStatus.GSS_S_DEFECTIVE_TOKEN,
    `the peer sent a message token that does not belong here: ${what}; close the connection`,
  );
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
