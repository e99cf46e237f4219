/** Servers by SRV records, from a name server of the test's own. */
import { createSocket, type Socket } from 'node:dgram';
import dns from 'node:dns';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { discover, RemctlNetworkError, RemctlTimeoutError } from '../../src/index.js';
import { loose } from '../support/loose.js';
import { caught } from '../support/waiting.js';

interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

const NXDOMAIN = 3;
const SERVFAIL = 2;
const SRV = 33;

let server: Socket | undefined;
const before = dns.getServers();
afterEach(() => {
  server?.close();
  server = undefined;
  dns.setServers(before);
});

const nameOf = (text: string) =>
  Buffer.concat([
    ...text
      .split('.')
      .filter((label) => label !== '')
      .map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, 'latin1')])),
    Buffer.of(0),
  ]);

/** Starts a name server that answers each question with these records or this code; undefined: not at all. */
async function answering(answer: readonly Srv[] | number | undefined): Promise<string[]> {
  const asked: string[] = [];
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  server = socket;
  await once(socket, 'listening');
  dns.setServers([`127.0.0.1:${socket.address().port}`]);
  socket.on('message', (query, { port, address }) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += length + 1;
    }
    asked.push(`${labels.join('.')} ${query.readUInt16BE(at + 1)}`);
    if (answer === undefined) {
      return;
    }
    const records = typeof answer === 'number' ? [] : answer;
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 + (typeof answer === 'number' ? answer : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    const encoded = records.map(({ priority, weight, port: at, target }) => {
      const data = Buffer.concat([Buffer.alloc(6), nameOf(target)]);
      data.writeUInt16BE(priority, 0);
      data.writeUInt16BE(weight, 2);
      data.writeUInt16BE(at, 4);
      const head = Buffer.alloc(12);
      head.writeUInt16BE(0xc00c, 0);
      head.writeUInt16BE(SRV, 2);
      head.writeUInt16BE(1, 4);
      head.writeUInt32BE(60, 6);
      head.writeUInt16BE(data.length, 10);
      return Buffer.concat([head, data]);
    });
    socket.send(Buffer.concat([header, query.subarray(12, at + 5), ...encoded]), port, address);
  });
  return asked;
}

const record = (target: string, priority = 0, weight = 0, port = 4373): Srv => ({
  target,
  priority,
  weight,
  port,
});

test('asks for the SRV records of remctl, and gives the servers in their order', async () => {
  const asked = await answering([
    record('b.example.org', 20, 5, 4444),
    record('A.Example.org', 10),
  ]);
  expect(await discover('example.org')).toEqual([
    { host: 'A.Example.org', port: 4373, priority: 10, weight: 0 },
    { host: 'b.example.org', port: 4444, priority: 20, weight: 5 },
  ]);
  expect(asked).toEqual([`_remctl._tcp.example.org ${SRV}`]);
});

test('a trailing dot makes no difference', async () => {
  const asked = await answering([record('a.example.org')]);
  expect(await discover('example.org.')).toHaveLength(1);
  expect(asked).toEqual([`_remctl._tcp.example.org ${SRV}`]);
});

describe('is a RemctlNetworkError', () => {
  test.each<[string, readonly Srv[] | number, RegExp]>([
    [
      'if there is no such name',
      NXDOMAIN,
      /_remctl\._tcp\.example\.org: there is no such SRV record/,
    ],
    ['if there is no such record', [], /there is no such SRV record/],
    ['if the domain offers no remctl', [record('.')], /offers no remctl/],
    ['if DNS fails', SERVFAIL, /DNS answered with ESERVFAIL/],
    [
      'for a server outside the domain',
      [record('x.other.org')],
      /outside example\.org: x\.other\.org/,
    ],
    ['for a domain that only ends alike', [record('x.notexample.org')], /outside example\.org/],
    ['for port 0', [record('a.example.org', 0, 0, 0)], /port 0/],
    ['for a target that is no name', [record('a b\u001b.example.org')], /no name of a host/],
  ])('%s', async (_, answer, message) => {
    await answering(answer);
    const error = await caught(discover('example.org'));
    expect(error).toBeInstanceOf(RemctlNetworkError);
    expect(error).toMatchObject({ phase: 'resolve', message: expect.stringMatching(message) });
  });
});

test('servers outside the domain are taken if the caller allows it', async () => {
  await answering([record('x.other.org')]);
  expect(await discover('example.org', { allowOtherDomains: true })).toMatchObject([
    { host: 'x.other.org' },
  ]);
});

test('a domain has itself and everything below it, in upper and lower case', async () => {
  await answering([record('EXAMPLE.org'), record('a.b.example.ORG.')]);
  const found = await discover('Example.Org');
  expect(found.map(({ host }) => host).sort()).toEqual(['EXAMPLE.org', 'a.b.example.ORG']);
});

test('the error names every server outside the domain, and nothing of them is tried', async () => {
  await answering([record('a.example.org'), record('x.other.org', 1), record('y.third.org', 2)]);
  const error = await caught(discover('example.org'));
  expect(error).toMatchObject({
    message: expect.stringMatching(/: x\.other\.org, y\.third\.org: /),
  });
});

test('a name server that cannot be reached is a RemctlNetworkError that says so', async () => {
  await answering([]);
  server?.close();
  server = undefined;
  const error = await caught(discover('example.org'));
  expect(error).toBeInstanceOf(RemctlNetworkError);
  expect(error).toMatchObject({
    phase: 'resolve',
    code: 'ECONNREFUSED',
    message: expect.stringMatching(/no name server could be reached/),
  });
});

test('an abort before the call asks nothing', async () => {
  const asked = await answering([record('a.example.org')]);
  const signal = AbortSignal.abort(new Error('never'));
  await expect(discover('example.org', { signal })).rejects.toThrow('never');
  expect(asked).toEqual([]);
});

test.each<[string, unknown]>([
  ['a time-out that is no number', { timeout: '5' }],
  ['allowOtherDomains that is no boolean', { allowOtherDomains: 'no' }],
  ['a signal that is none', { signal: {} }],
])('%s is a TypeError', async (_, options) => {
  await expect(discover('example.org', loose(options))).rejects.toThrow(TypeError);
});

test('takes 64 servers at most', async () => {
  await answering(Array.from({ length: 100 }, (_, index) => record(`h${index}.example.org`)));
  expect(await discover('example.org')).toHaveLength(64);
});

test('a silent name server ends with RemctlTimeoutError', async () => {
  await answering(undefined);
  const error = await caught(discover('example.org', { timeout: 0.05 }));
  expect(error).toBeInstanceOf(RemctlTimeoutError);
  expect(error).toMatchObject({ phase: 'resolve' });
});

test('an abort ends it with the reason', async () => {
  await answering(undefined);
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 10);
  const error = await caught(discover('example.org', { signal: controller.signal }));
  expect(error).toHaveProperty('message', 'enough');
});

test.each([
  ...['', '.', '..', 'a..b', '.a', 'a b', 'a\0b', 'a\nb', 'a\u001b[1mb'],
  `${'a'.repeat(250)}.org`,
  `${'a'.repeat(64)}.org`,
  'example.org..',
])('the domain %j is a RangeError', async (domain) => {
  await expect(discover(domain)).rejects.toThrow(RangeError);
});

test('a domain that is no text is a TypeError', async () => {
  await expect(discover(loose(7))).rejects.toThrow(TypeError);
});
