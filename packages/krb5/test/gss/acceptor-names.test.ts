/** The names of clients that an acceptor takes. */
import { readFileSync } from 'node:fs';
import { storeServiceTicket } from '@remctl/realm';
import { expect, test } from 'vitest';
import { decode, encode } from '../../src/asn1/codec.js';
import { decodeCcache } from '../../src/ccache/decode.js';
import { KeyUsage } from '../../src/crypto/index.js';
import { createAcceptorContext } from '../../src/gss/acceptor.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { createKrb5State } from '../../src/gss/krb5-state.js';
import { findKey } from '../../src/keytab/keytab.js';
import { readKeytab } from '../../src/keytab/read-keytab.js';
import { decryptData, encryptData } from '../../src/messages/protection.js';
import { encTicketPart, ticket as ticketCodec } from '../../src/messages/ticket.js';
import { parsePrincipal } from '../../src/principal.js';
import { encodeCcache } from '../../src/testing/ccache-encoder.js';
import { configOf } from '../support/realm-files.js';
import { useTemporaryFiles } from '../support/temporary-files.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
const files = useTemporaryFiles();

/** Has a client whose name in ticket and authenticator is `name` ask the acceptor. */
async function ask(name: string) {
  const keytab = await readKeytab(realm.keytabs.server);
  const { key } = findKey(keytab, { principal: parsePrincipal(realm.principals.server) });
  const own = await realm.kinit();
  await storeServiceTicket(realm, own);
  const cache = decodeCcache(readFileSync(own.replace('FILE:', '')));
  const client = { nameType: 1, components: [name], realm: realm.name };
  const credentials = cache.credentials.slice(1).map((each) => {
    const given = decode(ticketCodec, each.ticket);
    const part = decode(
      encTicketPart,
      decryptData(key, KeyUsage.TICKET, given.encPart) ?? expect.fail('the ticket does not open'),
    );
    const changed = { ...part, cname: { nameType: 1, nameString: [name] } };
    const encPart = encryptData(key, KeyUsage.TICKET, encode(encTicketPart, changed));
    const ticket = encode(ticketCodec, { ...given, encPart: { ...given.encPart, ...encPart } });
    return { ...each, client, ticket };
  });
  const path = files.write(
    'cache',
    encodeCcache({ ...cache, defaultPrincipal: client, credentials }),
  );
  const context = createInitiatorContext({
    host: 'localhost',
    credentials: { type: 'ccache', ccache: path },
    config: await configOf(realm),
    state: createKrb5State(),
  });
  const { token } = await context.step();
  const acceptor = createAcceptorContext({ keytab });
  acceptor.step(token ?? new Uint8Array());
  return acceptor.peer;
}

test('a client whose name is not UTF-8 is refused: two of them could look like one', async () => {
  expect(await ask('josé')).toBe(`josé@${realm.name}`);
  await expect(ask('jos\udce9')).rejects.toThrow("the client's name is not UTF-8");
});
