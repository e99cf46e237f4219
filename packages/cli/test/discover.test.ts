/** --discover takes the server from SRV records, and sends a command once. */
import { freePort, type Realm, startDnsServer, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

/** A domain whose one server is this machine: no other name of a test resolves. */
const DOMAIN = 'localhost';

let realm: Realm;

beforeAll(async () => {
  realm = await startRealm();
});

afterAll(() => realm?.dispose());

describe.each(['pure', 'native'])('%s', (REMCTL_BACKEND) => {
  /** Runs ours with a name server that has these ports for the domain, in this order. */
  async function discovering(ports: readonly number[], ...args: string[]) {
    const SRV = ports.map((port, priority) => ({ priority, weight: 0, port, target: DOMAIN }));
    const records = { [`_remctl._tcp.${DOMAIN}`]: { SRV } };
    await using server = await startDnsServer(records, { port: await freePort() });
    const use = `import dns from 'node:dns'; dns.setServers(['${server.address}:${server.port}']);`;
    const options = ['--import', `data:text/javascript,${encodeURIComponent(use)}`];
    const command = [...options, REMCTL, '--discover', DOMAIN, ...args];
    const { ended } = runProgram(process.execPath, command, { ...realm.env, REMCTL_BACKEND });
    const { status, stdout, stderr } = await ended;
    return { status, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  test('the first server of the records', async () => {
    expect(await discovering([realm.port], 'test', 'whoami')).toEqual({
      status: 0,
      stdout: `${realm.principals.client}\n`,
      stderr: '',
    });
  });

  test('the next server, if the first takes no connection: the command runs once', async () => {
    const name = `discover-${REMCTL_BACKEND}`;
    const ports = [await freePort(), realm.port];
    const { status, stderr } = await discovering(ports, '-d', 'test', 'tally', name);
    expect(status).toBe(0);
    expect(realm.tally(name)).toBe(1);
    expect(stderr).toContain("localhost: retry: trying the domain's next server: cannot connect");
    expect(stderr).toContain(`open port ${ports[1]} as`);
  });

  test('no server at all: the failure says which', async () => {
    const port = await freePort();
    const { status, stderr } = await discovering([port], 'test', 'whoami');
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot connect to localhost (port ${port}): Connection refused`);
  });

  test('-p counts more than the port of a record', async () => {
    const { status } = await discovering([await freePort()], '-p', String(realm.port), 'true', 'x');
    expect(status).toBe(0);
  });

  test('a domain without records', async () => {
    const { status, stderr } = await discovering([], 'test', 'whoami');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^remctl: .*_remctl\._tcp\.localhost/);
  });
});
