/** Chooses the source of a client's tickets: cache, keytab or password. */
import { defaultCcacheName } from '../config/default-ccache-name.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { type CcacheMemory, ccacheSource } from './ccache-source.js';
import type { Credentials } from './credentials.js';
import { type ClientMemory, ownKeySource } from './own-key-source.js';
import type { TicketSource } from './ticket-source.js';

/**
 * Returns the source of tickets for `credentials`; without credentials, the default cache. Throws
 * Krb5Error.
 */
export async function ticketSource(
  credentials: Credentials | undefined,
  config: Krb5Config,
  memory: CcacheMemory & ClientMemory,
): Promise<TicketSource> {
  if (credentials === undefined) {
    return ccacheSource(defaultCcacheName(config), config, memory);
  }
  return credentials.type === 'ccache'
    ? ccacheSource(credentials.ccache, config, memory)
    : ownKeySource(credentials, config, memory);
}
