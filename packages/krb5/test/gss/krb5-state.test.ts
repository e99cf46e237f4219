/** States of contexts: one state does not know what another one knows. */
import { beforeAll, expect, test } from 'vitest';
import type { Krb5Config } from '../../src/config/krb5-config.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { createKrb5State, type Krb5State } from '../../src/gss/krb5-state.js';
import { configOf, countInKdcLog } from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
let config: Krb5Config;
beforeAll(async () => {
  config = await configOf(realm);
});

test('contexts of one state share tickets, contexts of two states do not', async () => {
  const issued = () => countInKdcLog(realm, / ISSUE: /);
  const issuedFor = async (state: Krb5State) => {
    const before = issued();
    const context = createInitiatorContext({
      principal: realm.principals.server,
      credentials: { type: 'keytab', keytab: realm.keytabs.client, clientPrincipal: 'alice' },
      config,
      state,
    });
    await context.step();
    return issued() - before;
  };
  const state = createKrb5State();
  expect(await issuedFor(state)).toBe(2);
  expect(await issuedFor(state)).toBe(0);
  expect(await issuedFor(createKrb5State())).toBe(2);
});
