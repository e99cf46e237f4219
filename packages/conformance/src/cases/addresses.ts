/** Names with several addresses, some of which swallow or refuse connections. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freePort,
  startBlackHole,
  startForwardingProxy,
  withHosts,
  withNetwork,
} from '@remctl/realm';
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { inChildProcess, PRELUDE } from '../support/in-child-process.js';
import { INTERRUPT_BOUND_MS } from '../support/waiting.js';

const NAME = 'addresses.test';

/** More than the Connection Attempt Delay (RFC 8305, section 5): an abort must not wait for its end. */
const ABORT_AFTER_MS = 400;
/** Seconds: far more than an open takes, far less than TCP itself waits for an address. */
const TIMEOUT = 5;
/** Seconds in which several addresses must have their turn. */
const SHORT_TIMEOUT = 3;
/** More addresses than any client tries at the same time. */
const MANY = 20;
/** Seconds in which all of them must have their turn. */
const MANY_TIMEOUT = 10;
/** Milliseconds after which a black hole becomes a server: before TCP's next try. */
const OPENS_AFTER_MS = 400;

/**
 * Returns an address that the system tries early.
 *
 * The system sorts a name's addresses (RFC 6724): first come those that share more leading bits with
 * 127.0.0.1. An early one shares 16, a late one 8. The other bits are random, because suites run side
 * by side.
 */
const early = (n: number) => `127.0.${randomInt(128, 256)}.${n}`;
/** Returns an address that the system tries late. */
const late = () => `127.${randomInt(128, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;

interface Result {
  /** The name's addresses in the system's order. */
  readonly addresses: readonly string[];
  readonly stdout?: string;
  /** Milliseconds of the open. */
  readonly openMs?: number;
  readonly error?: Readonly<Record<string, string>>;
  /** Milliseconds from the abort to the rejection. */
  readonly abortedMs?: number;
  /** Sockets that are still open afterwards. */
  readonly sockets: number;
}

/** Opens, runs a command, closes. Prints a line before the open, and a `Result` at the end. */
const PROGRAM = `${PRELUDE}
  import { execFileSync } from 'node:child_process';
  import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  const linkOf = (fd) => {
    try {
      return readlinkSync('/proc/self/fd/' + fd);
    } catch {
      return '';
    }
  };
  // A runtime has pairs of local sockets of its own, which come when they are first needed.
  const isLocal = (link) => {
    const inode = /\\d+/.exec(link)[0];
    return new RegExp(' ' + inode + '(?: |$)', 'm').test(readFileSync('/proc/self/net/unix', 'utf8'));
  };
  const isOurs = (link) => link.startsWith('socket:') && !isLocal(link);
  const sockets = () => readdirSync('/proc/self/fd').map(linkOf).filter(isOurs).length;
  const before = sockets();
  const client = new Remctl(backend, { timeout: job.timeout });
  const controller = new AbortController();
  let aborted;
  if (job.abortAfterMs !== undefined) {
    setTimeout(() => {
      aborted = performance.now();
      controller.abort(new Error('enough'));
    }, job.abortAfterMs);
  }
  const result = {};
  console.log('opening');
  try {
    const { host, port, principal } = job;
    const started = performance.now();
    await client.open({ host, port, principal, signal: controller.signal });
    result.openMs = performance.now() - started;
    result.stdout = (await client.run(['echo', 'there']).text()).stdout;
  } catch (error) {
    if (aborted !== undefined) result.abortedMs = performance.now() - aborted;
    const { name, phase, code, message } = error;
    result.error = { name, phase, code, message };
  }
  await client.close();
  const deadline = performance.now() + 5000;
  while (sockets() > before && performance.now() < deadline) await sleep(20);
  result.sockets = sockets() - before;
  // Not every runtime's dns.lookup() keeps the system's order.
  const known = execFileSync('getent', ['ahosts', job.host], { encoding: 'utf8' });
  result.addresses = Array.from(known.matchAll(/^(\\S+) +STREAM/gm), ([, address]) => address);
  console.log(JSON.stringify(result));
  process.exit();`;

/** Opens a name of a silent DNS server twice: until an abort, and until the time-out. */
const SILENT_DNS_PROGRAM = `${PRELUDE}
  import { createSocket } from 'node:dgram';
  import { once } from 'node:events';
  const dns = createSocket('udp4').bind(53, '127.0.0.1');
  await once(dns, 'listening');
  dns.unref();
  const ends = [];
  const open = (options, signal) =>
    new Remctl(backend, options)
      .open({ host: 'name.example.org', port: 4373, signal })
      .catch(({ name, phase, message }) => ends.push({ name, phase, message }));
  const controller = new AbortController();
  let aborted;
  dns.once('message', () => {
    aborted = performance.now();
    controller.abort(new Error('enough'));
  });
  await open({}, controller.signal);
  const abortedMs = performance.now() - aborted;
  await open({ timeout: 0.5 });
  console.log(JSON.stringify({ ends, abortedMs }));`;

/** A resolv.conf that makes the C library wait as long as it can. */
const PATIENT_RESOLVER = 'nameserver 127.0.0.1\noptions timeout:30 attempts:5\n';
/** Milliseconds: far less than any resolver waits, far more than the end of the process takes. */
const SILENT_DNS_BOUND_MS = 2500;

interface Options {
  readonly timeout?: number;
  readonly abortAfterMs?: number;
  /** Called when the open begins. */
  readonly onOpening?: () => void;
}

/** Opens a name with these addresses, in this order, in another process. */
async function openAt(
  context: CaseContext,
  addresses: readonly string[],
  port: number,
  { timeout = 0, abortAfterMs, onOpening }: Options = {},
): Promise<Result> {
  const { realm } = context;
  const hosts = addresses.map((address) => `${address} ${NAME}`);
  const result: Result = await inChildProcess(context, {
    program: PROGRAM,
    job: { host: NAME, port, principal: realm.principals.server, timeout, abortAfterMs },
    wrap: (command) => withHosts(realm.folder, hosts, command),
    onLine(line) {
      if (line === 'opening') {
        onOpening?.();
      }
    },
  });
  expect(result.addresses, "the system's order of the addresses").toEqual(addresses);
  expect(result.sockets, 'sockets left behind').toBe(0);
  return result;
}

/** Starts a server at the last address of a name, and black holes at `count` addresses before it. */
async function behindBlackHoles(context: CaseContext, count: number) {
  const { port: target, use } = context;
  const server = late();
  const { port } = await use(startForwardingProxy(target, { host: server }));
  const holes = Array.from({ length: count }, (_, n) => early(n + 1));
  for (const host of holes) {
    await use(startBlackHole({ host, port }));
  }
  return { addresses: [...holes, server], port };
}

export const addressCases: readonly Case[] = [
  {
    id: 'addresses/black-hole',
    title: 'the first address swallows connections: the second is tried long before TCP gives up',
    async run(context) {
      const { addresses, port } = await behindBlackHoles(context, 1);
      expect(await openAt(context, addresses, port)).toMatchObject({ stdout: 'there\n' });
    },
  },
  {
    id: 'addresses/black-hole-timeout',
    title: 'the first address swallows connections: it does not use up the time-out',
    async run(context) {
      const { addresses, port } = await behindBlackHoles(context, 1);
      const opened = await openAt(context, addresses, port, { timeout: TIMEOUT });
      expect(opened).toMatchObject({ stdout: 'there\n' });
    },
  },
  {
    id: 'addresses/black-holes',
    title:
      'all addresses but the last swallow connections: the last is reached within the time-out',
    async run(context) {
      const { addresses, port } = await behindBlackHoles(context, 4);
      const opened = await openAt(context, addresses, port, { timeout: SHORT_TIMEOUT });
      expect(opened).toMatchObject({ stdout: 'there\n' });
      expect(opened.openMs).toBeLessThan(SHORT_TIMEOUT * 1000);
    },
  },
  {
    id: 'addresses/many-black-holes',
    title: 'more addresses swallow connections than are tried at once: the last is reached',
    async run(context) {
      const { addresses, port } = await behindBlackHoles(context, MANY);
      const opened = await openAt(context, addresses, port, { timeout: MANY_TIMEOUT });
      expect(opened).toMatchObject({ stdout: 'there\n' });
      expect(opened.openMs).toBeLessThan(MANY_TIMEOUT * 1000);
    },
  },
  {
    id: 'addresses/black-hole-only',
    title: 'every address swallows connections: the open ends by its time-out',
    async run(context) {
      const { addresses, port } = await behindBlackHoles(context, 2);
      const holes = addresses.slice(0, -1);
      expect(await openAt(context, holes, port, { timeout: 1 })).toMatchObject({
        error: { name: 'RemctlTimeoutError', phase: 'connect' },
      });
    },
  },
  {
    id: 'addresses/black-hole-abort',
    title: 'every address swallows connections: an abort ends the open and all its attempts',
    async run(context) {
      const { addresses, port } = await behindBlackHoles(context, 3);
      const holes = addresses.slice(0, -1);
      const aborted = await openAt(context, holes, port, { abortAfterMs: ABORT_AFTER_MS });
      expect(aborted).toMatchObject({ error: { message: 'enough' } });
      expect(aborted.abortedMs).toBeLessThan(INTERRUPT_BOUND_MS);
    },
  },
  {
    id: 'addresses/refused',
    title: 'the first address refuses, the second swallows: the third is reached',
    async run(context) {
      const { port: target, use } = context;
      const [refuses, swallows, server] = [early(1), early(2), late()];
      const { port } = await use(startForwardingProxy(target, { host: server }));
      await use(startBlackHole({ host: swallows, port }));
      const opened = await openAt(context, [refuses, swallows, server], port, { timeout: TIMEOUT });
      expect(opened).toMatchObject({ stdout: 'there\n' });
    },
  },
  {
    id: 'addresses/all-refused',
    title: 'every address refuses: the network error says so',
    async run(context) {
      const refused = await openAt(context, [early(1), late()], await freePort());
      expect(refused).toMatchObject({
        error: { name: 'RemctlNetworkError', phase: 'connect', code: 'ECONNREFUSED' },
      });
    },
  },
  {
    id: 'addresses/slow',
    title: 'the first address is slow, the second swallows: the first one is not given up',
    async run(context) {
      const { port: target, use } = context;
      const [slow, swallows] = [early(1), late()];
      const { port } = await use(startBlackHole({ host: swallows }));
      const closed = await startBlackHole({ host: slow, port });
      const opensLater = async () => {
        await sleep(OPENS_AFTER_MS);
        await closed[Symbol.asyncDispose]();
        await use(startForwardingProxy(target, { host: slow, port }));
      };
      let later: Promise<void> | undefined;
      const opened = await openAt(context, [slow, swallows], port, {
        onOpening() {
          later = opensLater();
        },
      });
      await later;
      expect(opened).toMatchObject({ stdout: 'there\n' });
    },
  },
  {
    id: 'addresses/families',
    title: "the first family's address swallows connections: the other family's is reached",
    async run(context) {
      const { port: target, use } = context;
      const server = late();
      const { port } = await use(startForwardingProxy(target, { host: server }));
      await use(startBlackHole({ host: '::1', port }));
      expect(await openAt(context, ['::1', server], port, { timeout: TIMEOUT })).toMatchObject({
        stdout: 'there\n',
      });
    },
  },
  {
    id: 'addresses/silent-dns',
    title: 'DNS never answers: a time-out and an abort each end the open, and the process can end',
    run: (context) => expectEnds(context, 'hosts: files dns\n'),
  },
  {
    id: 'addresses/silent-dns-and-others',
    title: 'DNS never answers, and the system asks other services too: the same',
    run: (context) => expectEnds(context, 'hosts: files dns myhostname\n'),
  },
];

/** Expects opens of a name of a silent DNS server to end, and then their process. */
async function expectEnds(context: CaseContext, nsswitch: string): Promise<void> {
  const { realm } = context;
  let printed = Number.NaN;
  const { ends, abortedMs } = await inChildProcess<{ ends: unknown[]; abortedMs: number }>(
    context,
    {
      program: SILENT_DNS_PROGRAM,
      job: {},
      wrap: (command) => withNetwork(realm.folder, { nsswitch, resolv: PATIENT_RESOLVER }, command),
      onLine: () => {
        printed = performance.now();
      },
    },
  );
  expect(performance.now() - printed).toBeLessThan(SILENT_DNS_BOUND_MS);
  expect(ends).toEqual([
    { name: 'Error', message: 'enough' },
    {
      name: 'RemctlTimeoutError',
      phase: 'resolve',
      message: expect.stringMatching(/name\.example\.org/),
    },
  ]);
  expect(abortedMs).toBeLessThan(INTERRUPT_BOUND_MS);
}
