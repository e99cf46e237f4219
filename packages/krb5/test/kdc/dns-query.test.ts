/** Questions for URI records to name servers on loopback. */
import { createSocket } from 'node:dgram';
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type DnsRecords, listenOnBoth, startDnsServer } from '@remctl/realm';
import { expect, onTestFinished, test } from 'vitest';
import { queryDns } from '../../src/kdc/dns-query.js';
import { LOOPBACK, listenUdp } from '../support/loopback.js';

const URI = 256;
const uri = (target: string, priority = 1) => ({ priority, weight: 0, target });
const never = new AbortController().signal;
const targets = async (name: string, signal = never) =>
  (await queryDns(name, URI, signal)).map((data) => Buffer.from(data).toString('latin1', 4));

function use(...servers: readonly string[]): void {
  const before = dns.getServers();
  dns.setServers(servers);
  onTestFinished(() => dns.setServers(before));
}

async function server(records: DnsRecords) {
  const started = await startDnsServer(records, { port: 0 });
  onTestFinished(() => started[Symbol.asyncDispose]());
  return { ...started, at: `${started.address}:${started.port}` };
}

/** Starts a name server on UDP that does what `receive` does. */
async function badServer(receive: (query: Buffer, send: (answer: Buffer) => void) => void) {
  const socket = await listenUdp((query, { port, address }) =>
    receive(query, (answer) => socket.send(answer, port, address)),
  );
  onTestFinished(() => {
    socket.close();
  });
  return `${LOOPBACK}:${socket.address().port}`;
}

/** An answer without records: the question's header with other flags. */
function empty(query: Buffer, flags: number): Buffer {
  const answer = Buffer.from(query);
  answer.writeUInt16BE(flags, 2);
  return answer;
}

test('the records of a name are found, also through an alias', async () => {
  const { at } = await server({
    'x.test': { URI: [uri('one'), uri('two')] },
    'alias.test': { CNAME: ['x.test'] },
  });
  use(at);
  expect((await targets('X.test')).sort()).toEqual(['one', 'two']);
  expect((await targets('alias.test')).sort()).toEqual(['one', 'two']);
});

test('a name without records, and one that does not exist, have none', async () => {
  const { at } = await server({ 'x.test': { A: ['127.0.0.1'] } });
  use(at);
  expect(await targets('x.test')).toEqual([]);
  expect(await targets('gone.test')).toEqual([]);
  expect(await targets('not..a.name')).toEqual([]);
});

test('an answer that is too long for a datagram comes by TCP', async () => {
  const all = Array.from({ length: 100 }, (_, n) => uri(`krb5srv::tcp:kdc${n}.example.org`));
  const { at, questions } = await server({ 'x.test': { URI: all } });
  use(at);
  expect(await targets('x.test')).toHaveLength(100);
  expect(questions).toEqual(['URI x.test', 'URI x.test']);
});

test('the next name server is asked if one refuses, or if nothing listens there', async () => {
  const refusing = await badServer((query, send) => send(empty(query, 0x8185)));
  const closed = createSocket('udp4');
  closed.bind(0, LOOPBACK);
  await once(closed, 'listening');
  const { port } = closed.address();
  await new Promise<void>((resolve) => closed.close(resolve));
  const { at } = await server({ 'x.test': { URI: [uri('one')] } });
  use(refusing, `${LOOPBACK}:${port}`, at);
  expect(await targets('x.test')).toEqual(['one']);
});

test('an error says what each name server did', async () => {
  const refusing = await badServer((query, send) => send(empty(query, 0x8182)));
  use(refusing);
  await expect(targets('x.test')).rejects.toThrow(
    'no name server answers: 127.0.0.1 answered with the code 2',
  );
});

test('datagrams that answer another question are ignored', async () => {
  const forging = await badServer((query, send) => {
    const other = empty(query, 0x8183);
    other.writeUInt16BE(other.readUInt16BE(0) ^ 1, 0);
    send(other);
    send(Buffer.from('noise'));
    send(empty(query, 0x8182));
  });
  use(forging);
  await expect(targets('x.test')).rejects.toThrow('answered with the code 2');
});

test('questions have numbers that cannot be guessed', async () => {
  const numbers = new Set<number>();
  const counting = await badServer((query, send) => {
    numbers.add(query.readUInt16BE(0));
    send(empty(query, 0x8180));
  });
  use(counting);
  for (let n = 0; n < 20; n += 1) {
    await targets('x.test');
  }
  expect(numbers.size).toBeGreaterThan(10);
});

test('an AbortSignal ends the wait with its reason', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  use(await badServer(() => controller.abort(reason)));
  await expect(targets('x.test', controller.signal)).rejects.toBe(reason);
  await expect(targets('x.test', controller.signal)).rejects.toBe(reason);
});

/** Starts a name server that says by UDP to ask by TCP, where it does what `receive` does. */
async function truncating(receive: (socket: Socket, query: Buffer) => void): Promise<string> {
  const tcp = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => receive(socket, bytes.subarray(2)));
  });
  const { udp, port } = await listenOnBoth(tcp);
  udp.on('message', (query, from) => udp.send(empty(query, 0x8380), from.port, from.address));
  onTestFinished(() => {
    udp.close();
    tcp.close();
  });
  return `${LOOPBACK}:${port}`;
}

const framed = (message: Buffer) =>
  Buffer.concat([Buffer.of(message.length >> 8, message.length & 0xff), message]);

test('an answer by TCP may come octet by octet', async () => {
  const at = await truncating((socket, query) => {
    socket.setNoDelay();
    for (const octet of framed(empty(query, 0x8180))) {
      socket.write(Buffer.of(octet));
    }
  });
  use(at);
  expect(await targets('x.test')).toEqual([]);
});

test.each<[string, (socket: Socket, query: Buffer) => void, string]>([
  ['closes the connection', (socket) => socket.end(), 'closed the connection without an answer'],
  [
    'answers another question',
    (socket, query) => socket.write(framed(empty(query.fill(0, 0, 2), 0x8180))),
    'something other than an answer',
  ],
])('a name server fails that %s by TCP', async (_what, receive, message) => {
  use(await truncating(receive));
  await expect(targets('x.test')).rejects.toThrow(message);
});
