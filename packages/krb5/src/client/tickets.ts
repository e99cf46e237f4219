/** Service tickets: those that are at hand, else those that a KDC grants. */
import { defaultCcacheName } from '../config/default-ccache-name.js';
import { REFERRAL_REALM } from '../config/host-realm.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { Krb5Error } from '../errors.js';
import { kdcsKey } from '../kdc/ask.js';
import { TicketFlag } from '../messages/ticket.js';
import { formatPrincipal, type Principal, principalsEqual } from '../principal.js';
import { ccacheSource } from './ccache-source.js';
import type { Credential } from './credential.js';
import type { Credentials } from './credentials.js';
import { tgsEtypes } from './etypes.js';
import { ownKeySource } from './own-key-source.js';
import { withTgt } from './refused-tgt.js';
import { isFresh, isValid, renewed } from './renewal.js';
import { getServiceTicket } from './service-ticket.js';
import { shareExchange } from './shared-exchange.js';
import { dropObtained, type TicketSource } from './ticket-source.js';

/** Services of one client whose tickets are kept. */
const MAX_SERVICES = 4096;

/** The source of `credentials`; without any, of the default cache. Throws Krb5Error. */
export async function ticketSource(
  credentials: Credentials | undefined,
  config: Krb5Config,
): Promise<TicketSource> {
  if (credentials === undefined) {
    return ccacheSource(defaultCcacheName(config), config);
  }
  return credentials.type === 'ccache'
    ? ccacheSource(credentials.ccache, config)
    : ownKeySource(credentials, config);
}

/**
 * Whether a ticket is for `wanted`. Without a realm that is a ticket of the client's own realm, or one that
 * is stored without a realm too: another realm's host of the same name is another host.
 */
function sameService(wanted: Principal, { client, server }: Credential): boolean {
  return (
    principalsEqual(wanted, server) ||
    (wanted.realm === REFERRAL_REALM && principalsEqual({ ...wanted, realm: client.realm }, server))
  );
}

/** The ticket for `server` that is at hand: one that no server has refused, good for longest. */
function ticketAtHand(
  { stored, obtained, clock }: TicketSource,
  server: Principal,
  etypes: readonly number[],
): Credential | undefined {
  const { services, refused } = obtained;
  const kept = services.get(formatPrincipal(server));
  let best = kept !== undefined && etypes.includes(kept.key.etype) ? kept : undefined;
  for (const candidate of stored) {
    if (
      sameService(server, candidate) &&
      etypes.includes(candidate.key.etype) &&
      (candidate.flags & TicketFlag.INVALID) === 0 &&
      (best === undefined ||
        (refused.has(candidate) === refused.has(best)
          ? candidate.endtime > best.endtime
          : refused.has(best)))
    ) {
      best = candidate;
    }
  }
  return best !== undefined && isValid(best, clock) ? best : undefined;
}

/** Whether a new ticket could be good for longer than the one that is held. */
async function canOutlast(
  source: TicketSource,
  held: Credential,
  config: Krb5Config,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return (await source.tgt(config, signal)).endtime > held.endtime;
  } catch (error) {
    // What is held is still good, so nobody needs the ticket-granting ticket yet.
    if (error instanceof Krb5Error) {
      return false;
    }
    throw error;
  }
}

/**
 * A ticket for `server`: one at hand that has not nearly expired and that no server has refused,
 * else one from the KDC, for which all who ask at the same time share one exchange. Throws
 * Krb5Error, or the signal's reason.
 */
export async function serviceTicket(
  source: TicketSource,
  server: Principal,
  config: Krb5Config,
  signal: AbortSignal | undefined,
): Promise<Credential> {
  const etypes = tgsEtypes(config);
  const { clock, obtained } = source;
  const held = ticketAtHand(source, server, etypes);
  const isRefused = held !== undefined && obtained.refused.has(held);
  if (held !== undefined && !isRefused) {
    if (isFresh(held, clock) || !(await canOutlast(source, held, config, signal))) {
      return held;
    }
  }
  const key = formatPrincipal(server);
  const getTicket = async (tgt: Credential, shared: AbortSignal) => {
    const { crossRealmTgts, services } = obtained;
    const onClockSet = () => dropObtained(obtained);
    const request = { crossRealmTgts, etypes, config, clock, onClockSet, signal: shared };
    const get = (own: Credential) => getServiceTicket({ ...request, tgt: own }, server);
    const ticket = await withTgt(source, tgt, get, config, shared);
    if (services.size >= MAX_SERVICES) {
      services.clear();
      obtained.failedRenewals.clear();
    }
    services.set(key, ticket);
    return ticket;
  };
  // A ticket that a server has refused is no reason to spare the KDC.
  const failed = isRefused ? new Map() : obtained.failedRenewals;
  return renewed({ failed, key, held, clock, signal }, async (patient) => {
    const tgt = await source.tgt(config, patient);
    // What was begun with KDCs that krb5.conf names no more is nobody's to join.
    const exchange = `${key} ${kdcsKey(source.client.realm, config)}`;
    return shareExchange(obtained.exchanges, exchange, (shared) => getTicket(tgt, shared), patient);
  });
}

/**
 * Has the next one who asks for the service get another ticket than this one, which the service did
 * not take. That is not authenticated, so the ticket is kept for the case that no KDC gives
 * another.
 */
export function forgetTicket({ obtained }: TicketSource, ticket: Credential): void {
  obtained.refused.add(ticket);
}
