/** Our server gives the clients of others remctld's answers, with functions and with programs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRealmForFile } from '@remctl/conformance';
import { startProtocol1Proxy } from '@remctl/realm';
import { afterAll, expect, test } from 'vitest';
import { createServer, readRemctlConf, type ServerCommand } from '../../src/index.js';
import { foreignClients } from './foreign-clients.js';
import { realmFunctions } from './realm-functions.js';

const realm = await startRealmForFile();
const conf = join(realm.folder, 'ours.conf');
writeFileSync(conf, realm.config);

/** Longer than the command sleeps whose client has a time-out. */
const SLEEP_MS = 10_000;

/** Starts a server with commands, and declares its tests in both protocols. */
async function testServer(name: string, functions: boolean, commands: readonly ServerCommand[]) {
  const server = createServer({
    keytab: realm.keytabs.server,
    commands,
    protocol1: true,
    log: () => undefined,
  });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const proxy = await startProtocol1Proxy(port);
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await server.close();
  });
  const about = { name, functions, keepsOrder: functions, client: realm.principals.client };
  const target = { host: 'localhost', port, principal: realm.principals.server, env: realm.env };
  foreignClients({ ...about, protocol: 2, target: () => target });
  foreignClients({ ...about, protocol: 1, target: () => ({ ...target, port: proxy.port }) });
  test(`${name}: no connection is left`, async () => {
    // In protocol 1 the server learns only at a command's end that its client has gone.
    await expect.poll(() => server.connections, { timeout: SLEEP_MS }).toBe(0);
  });
}

await testServer('functions', true, realmFunctions(realm.name));
await testServer('programs', false, await readRemctlConf(conf));
