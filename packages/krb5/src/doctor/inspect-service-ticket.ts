/** Gets the ticket for a server, and tells what it is. */
import { decode } from '../asn1/codec.js';
import { withChoice } from '../client/ccache-choice.js';
import type { Credentials } from '../client/credentials.js';
import { serverNames } from '../client/server-names.js';
import { serviceTicket } from '../client/service-ticket.js';
import { ticketSource } from '../client/source-of-credentials.js';
import type { TicketSource } from '../client/ticket-source.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { etypeName } from '../crypto/index.js';
import { KrbErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { createKrb5State } from '../gss/krb5-state.js';
import type { ResolvedHost } from '../host/resolve-host.js';
import { ticket as ticketType } from '../messages/ticket.js';
import { formatPrincipal } from '../principal.js';

const MS_PER_SECOND = 1000;

/** A ticket for a server. Times are those of the KDC's clock. */
export interface ServiceTicketReport {
  /** The principals that were asked for, in order; the last one has the ticket. */
  readonly asked: readonly string[];
  /** The principal that the ticket is for. */
  readonly server: string;
  readonly isFromCache: boolean;
  /** The encryption type of the server's key, and of the session key. */
  readonly etype: string;
  readonly sessionEtype: string;
  /** The version of the server's key; undefined if the ticket does not say. */
  readonly kvno: number | undefined;
  readonly starttime: Date;
  readonly endtime: Date;
  /** The KDC's clock minus this machine's, in milliseconds, as far as the source of tickets knows it. */
  readonly clockOffsetMs: number;
}

/** Whom a ticket is wanted for. */
export interface ServiceTicketOptions {
  readonly host: string;
  readonly resolved: ResolvedHost | undefined;
  /** The server's principal; undefined for host/<host>. */
  readonly principal: string | undefined;
  readonly credentials: Credentials | undefined;
  readonly config: Krb5Config;
  readonly signal: AbortSignal;
}

/**
 * Gets a ticket as a context would, and keeps nothing of it. `onTarget` is told each principal before the KDC is asked
 * for it. Throws Krb5Error, and the signal's reason.
 */
export async function inspectServiceTicket(
  options: ServiceTicketOptions,
  onTarget: (principal: string) => void,
): Promise<ServiceTicketReport> {
  const { credentials, config, signal } = options;
  const asked: string[] = [];
  let source: TicketSource | undefined;
  let unknown: unknown;
  for await (const { target, chooseBy } of serverNames(options, config, signal)) {
    source ??= await ticketSource(credentials, config, createKrb5State(), chooseBy, signal);
    asked.push(formatPrincipal(target));
    onTarget(formatPrincipal(target));
    try {
      const held = await serviceTicket(source, target, config, signal);
      const { encPart } = decode(ticketType, held.ticket);
      return {
        asked,
        server: formatPrincipal(held.server),
        isFromCache: source.stored.includes(held),
        etype: etypeName(encPart.etype),
        sessionEtype: etypeName(held.key.etype),
        kvno: encPart.kvno,
        starttime: new Date(held.starttime * MS_PER_SECOND),
        endtime: new Date(held.endtime * MS_PER_SECOND),
        clockOffsetMs: source.clock.offsetMs,
      };
    } catch (error) {
      const isUnknown =
        error instanceof Krb5Error && error.code === KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN;
      const told = withChoice(error, source);
      if (!isUnknown) {
        throw told;
      }
      unknown ??= told;
    }
  }
  throw unknown;
}
