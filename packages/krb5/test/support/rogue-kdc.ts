/** A KDC that answers TGS requests with false claims of a test. */
import { decode, encode } from '../../src/asn1/codec.js';
import { type EncryptionKey, KeyUsage, randomKey } from '../../src/crypto/index.js';
import { KrbErrorCode } from '../../src/error-codes.js';
import { apReq, authenticator } from '../../src/messages/ap-messages.js';
import { encTgsRepPart, tgsRep, tgsReq } from '../../src/messages/kdc-messages.js';
import { MessageType, PVNO } from '../../src/messages/message-type.js';
import { PaDataType } from '../../src/messages/pa-data.js';
import { toPrincipalName } from '../../src/messages/principal-name.js';
import { decryptData, encryptData } from '../../src/messages/protection.js';
import { encTicketPart, ticket as ticketCodec } from '../../src/messages/ticket.js';
import type { Principal } from '../../src/principal.js';
import { kdcError } from './kdc-error.js';
import { LOOPBACK, listenUdp } from './loopback.js';

const REALM = 'ROGUE.TEST';

/** What the KDC claims about a ticket that it grants. */
export interface Claim {
  readonly server: Principal;
  /** The server that the ticket names in its unencrypted part; `server` if undefined. */
  readonly ticketServer?: Principal;
  /** The session key's type; the first type of the request if undefined. */
  readonly etype?: number;
  /** Seconds since 1970; the end that the request asks for if undefined. */
  readonly endtime?: number;
  /** Seconds since 1970; now if undefined. */
  readonly starttime?: number;
}

export interface RogueKdc extends AsyncDisposable {
  /** The KDC's address for krb5.conf; it takes datagrams only. */
  readonly kdc: string;
  /** The names that requests asked for whose tickets the KDC could open. */
  readonly opened: string[];
  /** The names that requests asked for whose tickets the KDC could not open. */
  readonly unopened: string[];
}

export interface RogueKdcOptions {
  /** The keys of tickets that the KDC can open. It adds the keys of tickets that it grants. */
  readonly keys: EncryptionKey[];
  /** Returns what the KDC answers to a request for `name`, such as `krbtgt/TARGET.TEST`. */
  readonly claim: (name: string) => Claim | undefined;
}

/** Starts the KDC of the realm ROGUE.TEST. */
export async function startRogueKdc({ keys, claim }: RogueKdcOptions): Promise<RogueKdc> {
  const opened: string[] = [];
  const unopened: string[] = [];

  function answerTo(request: Uint8Array): Uint8Array {
    const { padata = [], reqBody } = decode(tgsReq, request);
    const name = reqBody.sname?.nameString.join('/') ?? '';
    const header = padata.find(({ padataType }) => padataType === PaDataType.PA_TGS_REQ);
    const ap = decode(apReq, header?.padataValue ?? new Uint8Array());
    const given = decode(ticketCodec, ap.ticket);
    const plaintext = keys
      .map((key) => decryptData(key, KeyUsage.TICKET, given.encPart))
      .find((each) => each !== undefined);
    if (plaintext === undefined) {
      unopened.push(name);
      return kdcError(REALM, KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY);
    }
    opened.push(name);
    const inside = decode(encTicketPart, plaintext);
    const proof = decryptData(inside.key, KeyUsage.TGS_REQ_AUTH, ap.authenticator);
    const { subkey } = decode(authenticator, proof ?? new Uint8Array());
    const claimed = claim(name);
    if (claimed === undefined || subkey === undefined) {
      return kdcError(REALM, KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN);
    }
    const { server, ticketServer = server } = claimed;
    const key = randomKey(claimed.etype ?? reqBody.etype[0] ?? subkey.etype);
    const own = randomKey(subkey.etype);
    keys.push(own);
    const now = Math.floor(Date.now() / 1000);
    const endtime = claimed.endtime ?? reqBody.till;
    const sealed = { ...inside, key, endtime };
    const ticket = encode(ticketCodec, {
      tktVno: PVNO,
      realm: ticketServer.realm,
      sname: toPrincipalName(ticketServer),
      encPart: encryptData(own, KeyUsage.TICKET, encode(encTicketPart, sealed)),
    });
    const part = encode(encTgsRepPart, {
      key,
      lastReq: [{ lrType: 0, lrValue: now }],
      nonce: reqBody.nonce,
      flags: inside.flags,
      authtime: inside.authtime,
      starttime: claimed.starttime ?? now,
      endtime,
      srealm: server.realm,
      sname: toPrincipalName(server),
    });
    return encode(tgsRep, {
      pvno: PVNO,
      msgType: MessageType.KRB_TGS_REP,
      crealm: inside.crealm,
      cname: inside.cname,
      ticket,
      encPart: encryptData(subkey, KeyUsage.TGS_REP_ENC_PART_SUBKEY, part),
    });
  }

  const socket = await listenUdp((request, { port, address }) =>
    socket.send(answerTo(request), port, address),
  );
  return {
    kdc: `udp/${LOOPBACK}:${socket.address().port}`,
    opened,
    unopened,
    async [Symbol.asyncDispose]() {
      socket.close();
    },
  };
}
