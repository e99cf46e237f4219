/** The ticket that armors another client's request (RFC 6113, section 5.4.1.1). */
import type { Krb5Config } from '../config/krb5-config.js';
import { Krb5Error } from '../errors.js';
import { tgtForRealm } from './cross-realm-tgt.js';
import type { HeldTicket } from './held-ticket.js';
import { dropObtained } from './kept-tickets.js';
import { tgsEtypes } from './offered-etypes.js';
import { TgtRefused, withTgt } from './refused-tgt.js';
import type { TicketSource } from './ticket-source.js';

/** The realm that is asked, and how. */
export interface ArmorRequest {
  /** The source of the armor ticket. */
  readonly source: TicketSource;
  readonly realm: string;
  readonly config: Krb5Config;
  readonly signal: AbortSignal;
}

/**
 * Returns the result of `use` with a ticket of the source for the ticket-granting service of
 * `realm`. If the KDC refuses that ticket (TgtRefused), `use` is called once more with another one.
 * Throws as `use` does, and Krb5Error if there is no such ticket.
 */
export async function withArmorTicket<T>(
  { source, realm, config, signal }: ArmorRequest,
  use: (ticket: HeldTicket) => Promise<T>,
): Promise<T> {
  const own = await orNoArmor(source.tgt(config, signal));
  const get = async (tgt: HeldTicket) => {
    const { clock, obtained, realms } = source;
    const ticket = await orNoArmor(
      tgtForRealm(
        {
          tgt,
          crossRealmTgts: obtained.crossRealmTgts,
          etypes: tgsEtypes(config),
          config,
          clock,
          realms,
          onClockSet: () => dropObtained(obtained),
          signal,
        },
        realm,
      ),
    );
    return use(ticket);
  };
  return withTgt(source, own, get, config, signal);
}

/** Returns the result, or throws its Krb5Error with the word that the armor is missing. */
export async function orNoArmor<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Krb5Error && !(error instanceof TgtRefused)) {
      const { code, message } = error;
      throw new Krb5Error(code, `no armor ticket for FAST: ${message}`, { cause: error });
    }
    throw error;
  }
}
