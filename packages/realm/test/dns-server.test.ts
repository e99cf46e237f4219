/** The name server for tests answers as DNS does, in turns. */
import { execFileSync } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  type DnsRecords,
  reverseName,
  startDnsServer,
  withDns,
  withNetwork,
} from '../src/index.js';

const first = { priority: 1, weight: 10, port: 4373, target: 'node2.example.test' };
const second = { ...first, priority: 2, target: 'node3.example.test' };
const RECORDS: DnsRecords = {
  'pool.example.test': { CNAME: ['node2.example.test', 'node3.example.test'] },
  'node2.example.test': { A: ['127.0.0.2'], AAAA: ['2001:db8::2'] },
  'node3.example.test': { A: ['127.0.0.3'] },
  'many.example.test': { A: Array.from({ length: 200 }, (_, n) => `127.0.1.${n + 1}`) },
  'broken.example.test': { fails: true },
  '_remctl._tcp.example.test': { SRV: [first, second] },
  [reverseName('127.0.0.2')]: { PTR: ['node2.example.test'] },
  [reverseName('2001:db8::2')]: { PTR: ['node2.example.test'] },
};

async function ask() {
  const server = await startDnsServer(RECORDS, { port: 0 });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const resolver = new Resolver();
  resolver.setServers([`${server.address}:${server.port}`]);
  return { resolver, server };
}

test('each type has its answer, in any case of letters', async () => {
  const { resolver, server } = await ask();
  expect(await resolver.resolve4('NODE2.example.TEST')).toEqual(['127.0.0.2']);
  expect(await resolver.resolve6('node2.example.test')).toEqual(['2001:db8::2']);
  expect(await resolver.reverse('127.0.0.2')).toEqual(['node2.example.test']);
  expect(await resolver.reverse('2001:db8::2')).toEqual(['node2.example.test']);
  expect(await resolver.resolveCname('pool.example.test')).toEqual(['node2.example.test']);
  const services = (await resolver.resolveSrv('_remctl._tcp.example.test')).map(
    ({ name, port, priority, weight }) => ({ target: name, port, priority, weight }),
  );
  expect(services).toEqual([first, second]);
  expect(server.questions[0]).toBe('A node2.example.test');
});

test('answers rotate', async () => {
  const { resolver } = await ask();
  const addresses: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    addresses.push(...(await resolver.resolve4('pool.example.test')));
  }
  expect(addresses).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.2', '127.0.0.3']);
  expect((await resolver.resolveSrv('_remctl._tcp.example.test'))[0]?.priority).toBe(1);
  expect((await resolver.resolveSrv('_remctl._tcp.example.test'))[0]?.priority).toBe(2);
});

test('a long answer comes by TCP', async () => {
  const { resolver, server } = await ask();
  expect(await resolver.resolve4('many.example.test')).toHaveLength(200);
  expect(server.questions).toEqual(['A many.example.test', 'A many.example.test']);
});

test.each([
  ['gone.example.test', 'ENOTFOUND'],
  ['example.test', 'ENODATA'],
  ['broken.example.test', 'ESERVFAIL'],
])('%s is %s', async (name, code) => {
  const { resolver } = await ask();
  await expect(resolver.resolve4(name)).rejects.toMatchObject({ code });
});

test("withDns answers the system's resolver", () => {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-dns-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const command = withDns(folder, RECORDS, ['getent', 'ahosts', 'pool.example.test']);
  const [program = '', ...args] = withNetwork(folder, {}, command);
  const output = execFileSync(program, args, { encoding: 'utf8' });
  expect(output).toMatch(/127\.0\.0\.2 +STREAM node2\.example\.test/);
});
