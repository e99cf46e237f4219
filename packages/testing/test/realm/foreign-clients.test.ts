/** The clients of others reach a test realm: its KDC, its files and its server. */
import { afterAll } from 'vitest';
import { foreignClients } from '../../../server/test/foreign/foreign-clients.js';
import { realmFunctions } from '../../../server/test/foreign/realm-functions.js';
import { startTestRealm } from '../../src/index.js';

const REALM = 'REMCTL.TEST';

const realm = await startTestRealm({
  realm: REALM,
  users: ['alice'],
  commands: realmFunctions(REALM),
  log: () => undefined,
});
afterAll(() => realm.dispose());

const { host, port, principal, env } = realm;
foreignClients({
  name: 'a test realm',
  protocol: 2,
  functions: true,
  keepsOrder: true,
  client: realm.users.alice.principal,
  target: () => ({ host, port, principal, env }),
});
