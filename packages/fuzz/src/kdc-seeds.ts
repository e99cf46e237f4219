/** The first inputs of the target of requests to the test KDC. */
import {
  apMessages,
  encode,
  KdcOption,
  type KdcReqBody,
  kdcMessages,
  parsePrincipal,
  tgsPrincipal,
  toPrincipalName,
  types,
} from './krb5-internals.js';
import { joinPieces } from './pieces.js';
import { CLIENT, NOW, REALM, SERVER, SESSION_KEY } from './targets/kdc-request.js';

const DAY_S = 24 * 60 * 60;

function body(changes: Partial<KdcReqBody> = {}): Uint8Array {
  return encode(kdcMessages.kdcReqBody, {
    kdcOptions: 0,
    realm: REALM,
    sname: toPrincipalName(SERVER),
    till: NOW + DAY_S,
    nonce: 1,
    etype: [17, 18, 19, 20],
    ...changes,
  });
}

function asInput(changes: Partial<KdcReqBody> = {}): Buffer {
  const timestamp = encode(types.paEncTsEnc, { patimestamp: NOW });
  const sname = toPrincipalName(tgsPrincipal(REALM));
  const asked = body({ cname: toPrincipalName(CLIENT), sname, ...changes });
  return Buffer.concat([Buffer.of(1), joinPieces([timestamp, asked])]);
}

function tgsInput(flags: number, changes: Partial<KdcReqBody> = {}): Buffer {
  const part = encode(types.encTicketPart, {
    flags,
    key: SESSION_KEY,
    crealm: REALM,
    cname: toPrincipalName(CLIENT),
    transited: { trType: 1, contents: new Uint8Array() },
    authtime: NOW - DAY_S / 2,
    endtime: NOW + DAY_S / 2,
    renewTill: NOW + DAY_S,
  });
  const proof = encode(apMessages.authenticator, {
    authenticatorVno: types.PVNO,
    crealm: REALM,
    cname: toPrincipalName(CLIENT),
    cusec: 0,
    ctime: NOW,
  });
  return Buffer.concat([Buffer.of(2), joinPieces([part, proof, body(changes)])]);
}

/** Returns requests of both exchanges, right and wrong. */
export function kdcRequests(): Buffer[] {
  const { RENEWABLE, RENEW, CANONICALIZE, FORWARDABLE, RENEWABLE_OK } = KdcOption;
  const named = (name: string) => toPrincipalName(parsePrincipal(`${name}@${REALM}`));
  const renewable = types.TicketFlag.RENEWABLE | types.TicketFlag.FORWARDABLE;
  return [
    asInput(),
    asInput({ kdcOptions: RENEWABLE | FORWARDABLE, rtime: NOW + 9 * DAY_S }),
    asInput({ kdcOptions: RENEWABLE_OK | CANONICALIZE, till: NOW + 9 * DAY_S }),
    asInput({ cname: named('nobody') }),
    asInput({ cname: named('locked') }),
    asInput({ till: NOW - 1 }),
    asInput({ from: NOW + DAY_S, addresses: [{ addrType: 2, address: Buffer.of(127, 0, 0, 1) }] }),
    asInput({ etype: [23] }),
    tgsInput(renewable),
    tgsInput(renewable, { kdcOptions: RENEW, sname: toPrincipalName(tgsPrincipal(REALM)) }),
    tgsInput(0, { kdcOptions: FORWARDABLE }),
    tgsInput(renewable, { kdcOptions: CANONICALIZE, sname: named('host/far.other.org') }),
    tgsInput(0, { sname: named('host/locked.example.org') }),
    tgsInput(0, { sname: named('host/unknown') }),
  ];
}
