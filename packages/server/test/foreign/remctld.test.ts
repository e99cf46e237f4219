/** remctld gives the clients of others the answers that our server must give. */
import { startRealmForFile } from '@remctl/conformance';
import { startProtocol1Proxy } from '@remctl/realm';
import { afterAll } from 'vitest';
import { foreignClients } from './foreign-clients.js';

const realm = await startRealmForFile();
const proxy = await startProtocol1Proxy(realm.port);
afterAll(() => proxy[Symbol.asyncDispose]());

const target = {
  host: realm.host,
  port: realm.port,
  principal: realm.principals.server,
  env: realm.env,
};
const client = realm.principals.client;
foreignClients({
  name: 'remctld',
  protocol: 2,
  keepsOrder: false,
  client,
  target: () => target,
});
foreignClients({
  name: 'remctld',
  protocol: 1,
  keepsOrder: true,
  client,
  target: () => ({ ...target, port: proxy.port }),
});
