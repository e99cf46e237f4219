/** Requests that a test builds field by field, and the answers of a test KDC. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type EncryptionKey, KeyUsage, parsePrincipal } from '@remctl/krb5';
import {
  type Authenticator,
  apReq,
  asRep,
  asReq,
  authenticator,
  checksumOf,
  decode,
  decodeMessage,
  decryptData,
  type EncKdcRepPart,
  encAsRepPart,
  encode,
  encryptData,
  encryptedData,
  encTgsRepPart,
  type KdcReqBody,
  type KrbError,
  kdcReqBody,
  krbError,
  MessageType,
  type PaData,
  PaDataType,
  PVNO,
  paEncTsEnc,
  stringToKey,
  tgsRep,
  tgsReq,
  toPrincipalName,
} from '@remctl/krb5/testing';
import type { TestKdc } from '../../src/index.js';

export const REALM = 'REMCTL.TEST';
export const PASSWORD = 'only for tests';
const AES256_SHA1 = 18;
const ALL_ETYPES = [18, 17, 20, 19];
const NONCE = 12_345;

/** A ticket with what its holder knows of it. */
export interface Ticket {
  readonly ticket: Uint8Array;
  readonly client: string;
  readonly part: EncKdcRepPart;
}

export type Answer =
  | { readonly type: 'ticket'; readonly ticket: Ticket }
  | { readonly type: 'error'; readonly error: KrbError };

/** Sends a datagram, and returns the answer; undefined if there is none within `timeoutMs`. */
export async function askByUdp(
  { host, port }: TestKdc,
  message: Uint8Array,
  timeoutMs = 2000,
): Promise<Uint8Array | undefined> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    const answer = once(socket, 'message', { signal: AbortSignal.timeout(timeoutMs) });
    socket.send(message, port, host);
    const [bytes] = await answer;
    return bytes;
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') {
      return undefined;
    }
    throw error;
  } finally {
    socket.close();
  }
}

/** Opens a TCP connection that collects what it gets. */
export async function openTcp({ host, port }: Pick<TestKdc, 'host' | 'port'>): Promise<{
  readonly socket: Socket;
  /** Returns everything that came until the KDC ended the connection. */
  readonly rest: () => Promise<Buffer>;
}> {
  const socket = connect({ host, port });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  await once(socket, 'connect');
  // A reset ends the connection too.
  socket.on('error', () => undefined);
  return {
    socket,
    rest: async () => {
      await closed;
      return Buffer.concat(chunks);
    },
  };
}

/** Puts the length before a request, as TCP has it. */
export function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

/** The body of a request for a ticket of `server`, as kinit and kvno ask; `more` replaces fields. */
export function bodyFor(server: string, more: Partial<KdcReqBody> = {}): KdcReqBody {
  const { realm, ...name } = parsePrincipal(server, { defaultRealm: REALM });
  return {
    kdcOptions: 0,
    realm,
    sname: toPrincipalName({ ...name, realm }),
    till: Math.floor(Date.now() / 1000) + 3600,
    nonce: NONCE,
    etype: ALL_ETYPES,
    ...more,
  };
}

/** Encodes an AS-REQ. */
export function asRequest(body: KdcReqBody, padata: readonly PaData[] = []): Uint8Array {
  return encode(asReq, { pvno: PVNO, msgType: MessageType.KRB_AS_REQ, padata, reqBody: body });
}

/** Returns the name field of a client of the realm. */
export function clientName(client: string) {
  return toPrincipalName(parsePrincipal(client, { defaultRealm: REALM }));
}

/** Returns the AES-256 key of a client of the realm with `PASSWORD`. */
export function passwordKey(client: string, password = PASSWORD): Promise<EncryptionKey> {
  return stringToKey(AES256_SHA1, password, `${REALM}${client}`);
}

/** Makes an encrypted timestamp of now, or of `atMs`. */
export function timestamp(key: EncryptionKey, atMs = Date.now()): PaData {
  const time = encode(paEncTsEnc, { patimestamp: Math.floor(atMs / 1000), pausec: 0 });
  const sealed = encryptData(key, KeyUsage.AS_REQ_PA_ENC_TIMESTAMP, time);
  return { padataType: PaDataType.PA_ENC_TIMESTAMP, padataValue: encode(encryptedData, sealed) };
}

/** Reads an AS-REP or KRB-ERROR. */
export function readAsAnswer(bytes: Uint8Array | undefined, key: EncryptionKey): Answer {
  const error = errorIn(bytes);
  if (error !== undefined) {
    return { type: 'error', error };
  }
  const { ticket, encPart, cname, crealm } = decodeMessage(asRep, bytes ?? new Uint8Array());
  const plaintext = decryptData(key, KeyUsage.AS_REP_ENC_PART, encPart) ?? new Uint8Array();
  const client = `${cname.nameString.join('/')}@${crealm}`;
  return { type: 'ticket', ticket: { ticket, client, part: decode(encAsRepPart, plaintext) } };
}

function errorIn(bytes: Uint8Array | undefined): KrbError | undefined {
  if (bytes === undefined) {
    throw new Error('the KDC did not answer');
  }
  return bytes[0] === 0x60 + MessageType.KRB_ERROR ? decodeMessage(krbError, bytes) : undefined;
}

/** Gets a first ticket for a client with `PASSWORD`; `more` replaces fields of the request. */
export async function firstTicket(
  kdc: TestKdc,
  client: string,
  more: Partial<KdcReqBody> = {},
): Promise<Answer> {
  const key = await passwordKey(client);
  const body = bodyFor(`krbtgt/${REALM}`, { cname: clientName(client), ...more });
  const answer = await askByUdp(kdc, asRequest(body, [timestamp(key)]));
  return readAsAnswer(answer, key);
}

/** What a TGS-REQ may have that differs from what kvno sends. */
export interface TgsChanges {
  readonly padata?: readonly PaData[];
  /** Changes the authenticator before it is encrypted. */
  readonly alter?: (proof: Authenticator) => Authenticator;
  /** Changes the ticket's encoding. */
  readonly alterTicket?: (ticket: Uint8Array) => Uint8Array;
  /** The key of the authenticator, in place of the session key. */
  readonly key?: EncryptionKey;
}

/** Encodes a TGS-REQ. */
export function tgsRequest(tgt: Ticket, body: KdcReqBody, changes: TgsChanges = {}): Uint8Array {
  const { key } = tgt.part;
  const { realm, ...name } = parsePrincipal(tgt.client);
  const proof: Authenticator = {
    authenticatorVno: PVNO,
    crealm: realm,
    cname: toPrincipalName({ ...name, realm }),
    cksum: checksumOf(key, KeyUsage.TGS_REQ_AUTH_CKSUM, encode(kdcReqBody, body)),
    cusec: 0,
    ctime: Math.floor(Date.now() / 1000),
  };
  const altered = encode(authenticator, changes.alter?.(proof) ?? proof);
  const header = encode(apReq, {
    pvno: PVNO,
    msgType: MessageType.KRB_AP_REQ,
    apOptions: 0,
    ticket: changes.alterTicket?.(tgt.ticket) ?? tgt.ticket,
    authenticator: encryptData(changes.key ?? key, KeyUsage.TGS_REQ_AUTH, altered),
  });
  const shown = { padataType: PaDataType.PA_TGS_REQ, padataValue: header };
  const padata = changes.padata ?? [shown];
  return encode(tgsReq, { pvno: PVNO, msgType: MessageType.KRB_TGS_REQ, padata, reqBody: body });
}

/** Asks for a ticket with `tgt`, whose session key opens the answer. */
export async function nextTicket(
  kdc: TestKdc,
  tgt: Ticket,
  body: KdcReqBody,
  changes: TgsChanges = {},
): Promise<Answer> {
  const bytes = await askByUdp(kdc, tgsRequest(tgt, body, changes));
  const error = errorIn(bytes);
  if (error !== undefined) {
    return { type: 'error', error };
  }
  const { ticket, encPart } = decodeMessage(tgsRep, bytes ?? new Uint8Array());
  const usage = KeyUsage.TGS_REP_ENC_PART_SESSION_KEY;
  const plaintext = decryptData(tgt.part.key, usage, encPart) ?? new Uint8Array();
  return {
    type: 'ticket',
    ticket: { ticket, client: tgt.client, part: decode(encTgsRepPart, plaintext) },
  };
}

/** Returns the ticket of an answer. Throws Error with the KDC's text if it is a refusal. */
export function granted(answer: Answer): Ticket {
  if (answer.type === 'error') {
    throw new Error(`the KDC refused: ${answer.error.errorCode} ${answer.error.eText}`);
  }
  return answer.ticket;
}

/** Returns the code of a refusal; undefined for a ticket. */
export function codeOf(answer: Answer): number | undefined {
  return answer.type === 'error' ? answer.error.errorCode : undefined;
}
