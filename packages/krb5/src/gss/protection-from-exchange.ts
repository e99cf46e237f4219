/**
 * Message protection for a context that another GSS-API library established. It is made from the
 * context's tokens and the ticket's session key. It serves libraries that can establish a context
 * but cannot protect messages.
 */

import { decode } from '../asn1/codec.js';
import { ccacheCollection, locateCcache } from '../ccache/ccache-name.js';
import { ccacheSource } from '../client/ccache-source.js';
import type { HeldTicket } from '../client/held-ticket.js';
import { defaultCcacheName } from '../config/default-ccache-name.js';
import type { EncryptionKey } from '../crypto/index.js';
import { KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { toPrincipal } from '../messages/principal-name.js';
import { ticket as ticketType } from '../messages/ticket.js';
import type { Principal } from '../principal.js';
import { type Clock, ticketEnd } from '../time/clock.js';
import { openAuthenticator, readAcceptorToken, readApReqToken } from './ap-exchange.js';
import { decodeContextChecksum } from './context-flags.js';
import { currentConfig, type Krb5State, processState } from './krb5-state.js';
import { protectionOf } from './message-keys.js';
import type { MessageProtection } from './message-tokens.js';

/** A ticket's session key, its client and its server. */
export interface ServiceTicketKey {
  readonly key: EncryptionKey;
  readonly client: Principal;
  /** The server that the cache has the ticket for: the one that was asked for, or a name for it. */
  readonly server: Principal;
  /** The server that the ticket itself names. Nothing protects that name. */
  readonly issuedFor: Principal;
  /** When the ticket ends, by this machine's clock. */
  readonly expires: Date;
}

/**
 * Finds the ticket of an initiator's token in a credential cache. `ccache` is the cache's name;
 * without it, the caches of the default collection are looked through. Throws Krb5Error if there is no
 * such cache or ticket, and GssError GSS_S_DEFECTIVE_TOKEN if the token holds no AP-REQ.
 */
export async function findServiceTicketKey(
  apReqToken: Uint8Array,
  ccache?: string | undefined,
  state: Krb5State = processState,
): Promise<ServiceTicketKey> {
  const { ticket } = readApReqToken(apReqToken);
  const config = await currentConfig(state);
  const name = ccache ?? defaultCcacheName(config);
  // Without a name, the other library has chosen a cache of the collection.
  const collection = ccache === undefined ? ccacheCollection(name, config) : undefined;
  let found: HeldTicket | undefined;
  let clock: Clock = { offsetMs: 0 };
  for await (const each of collection?.(undefined) ?? [locateCcache(name, config)]) {
    const source = await ccacheSource(each.name, config, state);
    clock = source.clock;
    found = source.stored.find((held) => Buffer.compare(held.ticket, ticket) === 0);
    if (found !== undefined) {
      break;
    }
  }
  if (found === undefined) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_NOTFOUND,
      `the credential cache ${name} does not hold the ticket that was used: have both libraries use the same cache`,
    );
  }
  const { sname, realm } = decode(ticketType, ticket);
  const issuedFor = toPrincipal(sname, realm);
  const { key, client, server, endtime } = found;
  return { key, client, server, issuedFor, expires: ticketEnd(endtime, clock) };
}

export interface ExchangeTokens {
  /** The initiator's token, as the other library made it. */
  readonly apReqToken: Uint8Array;
  /** The acceptor's token, as it was received. */
  readonly apRepToken: Uint8Array;
  /** The session key of the ticket in the initiator's token. */
  readonly serviceTicketKey: EncryptionKey;
}

export interface ExchangeProtection {
  /** The message protection of the initiator's side. */
  readonly protection: MessageProtection;
  /** The flags that the initiator asked for (`ContextFlag`). */
  readonly flags: number;
}

/**
 * Makes the initiator's message protection after the exchange of two tokens, and checks the
 * acceptor's proof. Throws GssError GSS_S_DEFECTIVE_TOKEN if a token is not an AP-REQ or its
 * answer, and Krb5Error if key and tokens do not belong together or the server refused the ticket.
 */
export function messageProtectionFromExchange(tokens: ExchangeTokens): ExchangeProtection {
  const { apReqToken, apRepToken, serviceTicketKey } = tokens;
  const proof = openAuthenticator(readApReqToken(apReqToken), serviceTicketKey);
  const flags =
    proof?.cksum === undefined ? undefined : decodeContextChecksum(proof.cksum.checksum);
  if (proof === undefined || flags === undefined) {
    throw new Krb5Error(
      KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
      "the key does not open the initiator's token: it is another ticket's",
    );
  }
  const answer = readAcceptorToken(apRepToken, serviceTicketKey);
  if (answer.type === 'error') {
    throw new Krb5Error(answer.error.errorCode, 'the server refused the ticket');
  }
  const { part } = answer;
  if (part === undefined || part.ctime !== proof.ctime || part.cusec !== proof.cusec) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_MUTUAL_FAILED,
      'the server did not prove that it has the key of its principal: do not trust it',
    );
  }
  return {
    protection: protectionOf({
      role: 'initiator',
      sessionKey: serviceTicketKey,
      initiator: proof,
      acceptor: part,
      flags,
    }),
    flags,
  };
}
