/** Opens the ticket of a request with a key of the keytab. */
import { decode } from '../asn1/codec.js';
import { etypeInfo, isSupportedEtype } from '../crypto/etypes.js';
import { KeyUsage } from '../crypto/index.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { findKey, type Keytab, type KeytabEntry, keytabEntries } from '../keytab/keytab.js';
import type { EncryptedData } from '../messages/basic-types.js';
import { toPrincipal } from '../messages/principal-name.js';
import { decryptData } from '../messages/protection.js';
import { type EncTicketPart, encTicketPart, type Ticket } from '../messages/ticket.js';
import { formatPrincipal, type Principal, principalsEqual } from '../principal.js';
import { readToken } from './ap-exchange.js';

/** The KRB-ERROR's codes for a key that the keytab lacks. */
const REFUSALS: ReadonlyMap<number, number> = new Map([
  [LocalErrorCode.KRB5_KT_KVNONOTFOUND, KrbErrorCode.KRB_AP_ERR_BADKEYVER],
  [LocalErrorCode.KRB5_KT_NOTFOUND, KrbErrorCode.KRB_AP_ERR_NOKEY],
]);

/**
 * The most keys that are tried for a ticket that asks for none of them: anyone can send such a ticket, and each
 * try costs a decryption.
 */
const MAX_TRIES = 64;

/** A ticket's decrypted part, and the service whose key opened it. */
export interface OpenedTicket {
  readonly part: EncTicketPart;
  readonly service: Principal;
}

/**
 * Opens a ticket with the key that its name, version and type ask for. If that is not possible, and no
 * `principal` is given, it tries the other keys of that type, as MIT Kerberos does: a KDC may know
 * the service by a name that the keytab lacks, and a keytab may have wrong versions.
 *
 * Throws Krb5Error if no key opens the ticket, with the code for the KRB-ERROR, and GssError
 * GSS_S_DEFECTIVE_TOKEN if the opened part cannot be decoded.
 */
export function openTicket(
  keytab: Keytab,
  principal: Principal | undefined,
  ticket: Ticket,
): OpenedTicket {
  const { encPart } = ticket;
  const server = toPrincipal(ticket.sname, ticket.realm);
  const name = formatPrincipal(server);
  if (principal !== undefined && !principalsEqual(principal, server)) {
    throw new Krb5Error(
      KrbErrorCode.KRB_AP_ERR_NOT_US,
      `the ticket is for ${name}, this service is ${formatPrincipal(principal)}`,
    );
  }
  const asked = askedEntry(keytab, server, encPart);
  const entries = [
    ...(asked.entry === undefined ? [] : [asked.entry]),
    ...(principal === undefined ? otherEntries(keytab, encPart) : []),
  ];
  for (const { key, principal: service } of entries) {
    const plaintext = decryptData(key, KeyUsage.TICKET, encPart);
    if (plaintext !== undefined) {
      return { part: readToken(() => decode(encTicketPart, plaintext)), service };
    }
  }
  throw (
    asked.refusal ??
    new Krb5Error(
      KrbErrorCode.KRB_AP_ERR_MODIFIED,
      `the ticket does not open with the key of ${name} in ${keytab.path}`,
    )
  );
}

/** The keytab's entry that a ticket asks for, or the refusal if there is none. */
type AskedEntry =
  | { readonly entry: KeytabEntry; readonly refusal?: undefined }
  | { readonly entry?: undefined; readonly refusal: Krb5Error };

function askedEntry(keytab: Keytab, server: Principal, { etype, kvno }: EncryptedData): AskedEntry {
  if (keytabEntries(keytab, server).length === 0) {
    const message = `the ticket is for ${formatPrincipal(server)}, which has no key in ${keytab.path}`;
    return { refusal: new Krb5Error(KrbErrorCode.KRB_AP_ERR_NOT_US, message) };
  }
  try {
    return { entry: findKey(keytab, { principal: server, etype, kvno }) };
  } catch (error) {
    const code = error instanceof Krb5Error ? REFUSALS.get(error.code) : undefined;
    if (code === undefined) {
      throw error;
    }
    return { refusal: new Krb5Error(code, (error as Krb5Error).message, { cause: error }) };
  }
}

/** Returns the first usable entries of a type, of any service and version. */
function otherEntries(keytab: Keytab, { etype }: EncryptedData): KeytabEntry[] {
  if (!isSupportedEtype(etype)) {
    return [];
  }
  const { keyLength } = etypeInfo(etype);
  return keytab.entries
    .filter(({ key }) => key.etype === etype && key.value.length === keyLength)
    .slice(0, MAX_TRIES);
}
