/** Cached tickets for a host without a realm. */
import { expect, test } from 'vitest';
import type { HeldTicket } from '../../src/client/held-ticket.js';
import { noTickets } from '../../src/client/kept-tickets.js';
import { serviceTicket } from '../../src/client/service-ticket.js';
import type { TicketSource } from '../../src/client/ticket-source.js';
import { readKrb5Config } from '../../src/config/krb5-config.js';
import { Etype } from '../../src/crypto/etypes.js';
import { randomKey } from '../../src/crypto/index.js';
import { LocalErrorCode } from '../../src/error-codes.js';
import { Krb5Error } from '../../src/errors.js';
import { createKrb5State } from '../../src/gss/krb5-state.js';
import { parsePrincipal } from '../../src/principal.js';

const client = parsePrincipal('alice@HOME.TEST');

/** Returns a cache with one ticket, and without a way to another ticket. */
function sourceWith(server: string): TicketSource {
  const ticket: HeldTicket = {
    client,
    server: parsePrincipal(server),
    key: randomKey(Etype.AES256_CTS_HMAC_SHA1_96),
    ticket: new Uint8Array(),
    flags: 0,
    starttime: 0,
    endtime: Date.now() / 1000 + 3600,
  };
  return {
    client,
    clock: { offsetMs: 0 },
    stored: [ticket],
    obtained: noTickets(),
    realms: createKrb5State().realms,
    tgt: async () => {
      throw new Krb5Error(LocalErrorCode.KRB5_CC_NOTFOUND, 'none');
    },
  };
}

test('a cached ticket serves a host without a realm only if it is of the client’s realm', async () => {
  const config = await readKrb5Config({ KRB5_CONFIG: '/dev/null' });
  const wanted = { ...parsePrincipal('host/server.test@HOME.TEST'), realm: '' };
  const own = sourceWith('host/server.test@HOME.TEST');
  expect(await serviceTicket(own, wanted, config, undefined)).toBe(own.stored[0]);
  const rogue = sourceWith('host/server.test@ROGUE.TEST');
  await expect(serviceTicket(rogue, wanted, config, undefined)).rejects.toThrow('none');
});
