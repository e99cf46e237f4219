/** Names of hosts in the system's order, and their principals. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRealmForFile } from '@remctl/conformance';
import { RemctlNetworkError } from '@remctl/core';
import { type ResolverFiles, withNetwork } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveTarget } from '../src/resolve-target.js';

const core = new URL('../../core/dist/index.js', import.meta.url).href;
const pure = new URL('../dist/index.js', import.meta.url).href;

const realm = await startRealmForFile();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-names-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const node = (program: string, ...args: readonly string[]) => [
  process.execPath,
  '--input-type=module',
  '-e',
  program,
  core,
  pure,
  ...args,
];

test('a host without an address of the same family as the source address is ENOTFOUND', async () => {
  const options = {
    host: '::1',
    port: 4373,
    sourceIp: '127.0.0.1',
    timeoutMs: 0,
    canonicalize: false,
  };
  const { signal } = new AbortController();
  const error = await resolveTarget({ ...options, signal }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RemctlNetworkError);
  expect(error).toMatchObject({ code: 'ENOTFOUND', phase: 'resolve' });
});

describe('the client asks for the same principal as the C client', () => {
  const FILES: ResolverFiles = {
    hosts: '127.0.0.1 localhost\n127.0.0.4 first.example.test second.example.test ALIAS\n',
    resolv: 'nameserver 127.0.0.1\nsearch example.test\n',
  };

  /** A program's DNS server: it answers that every name is an alias of wrong.example.test, at another address. */
  const LYING_DNS = `
    import { createSocket } from 'node:dgram';
    const dns = createSocket('udp4').bind(53, '127.0.0.1');
    const name = (text) => Buffer.concat([...text.split('.').map((each) => Buffer.from(String.fromCharCode(each.length) + each)), Buffer.of(0)]);
    dns.on('message', (query, { port, address }) => {
      let end = 12;
      while (query[end] !== 0) end += query[end] + 1;
      const type = query.readUInt16BE(end + 1);
      const asked = query.subarray(12, end + 1).toString('latin1');
      const isWrong = asked.includes('wrong');
      const records = [];
      const add = (number, data) => { const head = Buffer.alloc(10); head.writeUInt16BE(number, 0); head.writeUInt16BE(1, 2); head.writeUInt32BE(60, 4); head.writeUInt16BE(data.length, 8); records.push(Buffer.concat([isWrong || number === 5 ? query.subarray(12, end + 1) : name('wrong.example.test'), head, data])); };
      if (!isWrong && (type === 5 || type === 1)) add(5, name('wrong.example.test'));
      if (type === 1) add(1, Buffer.of(127, 0, 0, 9));
      const header = Buffer.alloc(12);
      query.copy(header, 0, 0, 2);
      header.writeUInt16BE(0x8180, 2);
      header.writeUInt16BE(1, 4);
      header.writeUInt16BE(records.length, 6);
      dns.send(Buffer.concat([header, query.subarray(12, end + 5), ...records]), port, address);
    });
    await new Promise((resolve) => dns.once('listening', resolve));`;

  /** A program that prints for which host each client asks the KDC, as read from their requests. */
  const ASK = `
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    import { createServer } from 'node:net';
    const [core, pure, host, kdcPort] = process.argv.slice(1);
    const { Remctl } = await import(core);
    const { createPureBackend } = await import(pure);
    const server = createServer((socket) => socket.resume().on('error', () => undefined));
    server.listen(4399, '0.0.0.0');
    await once(server, 'listening');
    const kdc = createSocket('udp4').bind(Number(kdcPort), '127.0.0.1');
    await once(kdc, 'listening');
    const START = Buffer.from('\\x1b\\x04host\\x1b', 'latin1');
    const requested = async () => {
      for (;;) {
        const [request] = await once(kdc, 'message');
        const at = request.indexOf(START);
        if (at === -1) continue;
        const name = at + START.length + 1;
        return request.toString('latin1', name, name + request[name - 1]);
      }
    };
    const ours = requested();
    const controller = new AbortController();
    const { signal } = controller;
    new Remctl(createPureBackend()).open({ host, port: 4399, signal }).catch(() => undefined);
    const first = await ours;
    controller.abort();
    const theirs = requested();
    const child = spawn('remctl', ['-p', '4399', host, 'test'], { stdio: 'ignore' });
    console.log(JSON.stringify({ ours: first, theirs: await theirs }));
    child.kill('SIGKILL');
    process.exit();`;

  /** Runs ASK in a network with these files and these lines in [libdefaults]. */
  function ask(host: string, files: ResolverFiles, lines: readonly string[]) {
    const conf = join(mkdtempSync(join(folder, 'conf-')), 'krb5.conf');
    const text = readFileSync(realm.krb5Conf, 'utf8')
      .replace(/^.*(dns_canonicalize_hostname|rdns).*$/gm, '')
      .replace('[libdefaults]', ['[libdefaults]', ...lines].join('\n  '));
    writeFileSync(conf, text);
    const program = node(`${LYING_DNS}\n${ASK}`, host, String(realm.kdcPort));
    const env = { ...process.env, ...realm.env, KRB5_CONFIG: conf };
    const [command = '', ...args] = withNetwork(folder, files, program);
    const output = execFileSync(command, args, { env, encoding: 'utf8' });
    return JSON.parse(output) as { readonly ours: string; readonly theirs: string };
  }

  test.each([
    [
      'an alias of the hosts file, in spite of DNS',
      'alias',
      ['rdns = false'],
      'first.example.test',
    ],
    ['an alias of the hosts file, with rdns', 'alias', [], 'first.example.test'],
    ['an alias of DNS', 'www.example.test', ['rdns = false'], 'wrong.example.test'],
    [
      'a name without a dot, which the search list completes',
      'www',
      ['rdns = false'],
      'wrong.example.test',
    ],
  ])('for %s', (_, host, lines, expected) => {
    expect(ask(host, FILES, lines)).toEqual({ ours: expected, theirs: expected });
  });

  test('unless dns_canonicalize_hostname is false: then it keeps the name as given', () => {
    const { ours, theirs } = ask('alias', FILES, ['dns_canonicalize_hostname = false']);
    expect(ours).toBe('alias');
    // The program remctl makes the name canonical by itself, whatever krb5.conf says. libkrb5 would not.
    expect(theirs).toBe('first.example.test');
  });
});
