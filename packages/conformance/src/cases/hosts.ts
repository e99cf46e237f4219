/** One command on many hosts, and the first of several servers that opens. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ErrorCode,
  type HostResult,
  openFirst,
  RemctlAuthenticationError,
  RemctlNetworkError,
  RemctlOutputLimitError,
  RemctlProtocolError,
  RemctlTimeoutError,
  type RunOnHostsOptions,
  runOnHosts,
  type Target,
} from '@remctl/core';
import {
  freePort,
  type RemctldProxy,
  startDroppingProxy,
  startForwardingProxy,
  startSilentServer,
} from '@remctl/realm';
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { rejection } from '../support/expected-errors.js';
import { text } from '../support/reading.js';
import { tallyName } from '../support/unique-names.js';

/** Attempts that core itself makes of an open that is dropped. */
const OPEN_ATTEMPTS = 8;
const POLL_MS = 20;
/** Far more than the end of a connection takes. */
const PATIENCE_MS = 10_000;
/** Nobody listens on this port. */
const CLOSED_PORT = 1;
/** A command that writes a line at once, and would go on for a minute. */
const LONG = ['test', 'slow', '600', '0.1'];
const ONE_ANSWER_IN_1 = 'an answer of protocol 1 is one message at its end';

const same = (count: number, target: Target): Target[] =>
  Array.from({ length: count }, () => target);

/** Takes results into `found`, which has them also if the iteration rejects. */
async function take(results: AsyncIterable<HostResult>, found: HostResult[]): Promise<void> {
  for await (const result of results) {
    found.push(result);
  }
}

async function all(
  { backend }: CaseContext,
  hosts: Iterable<Target>,
  command: readonly string[],
  options: RunOnHostsOptions = {},
): Promise<HostResult[]> {
  const found: HostResult[] = [];
  await take(runOnHosts(hosts, command, { backend, ...options }), found);
  return found;
}

/** Fails if a connection through the proxy does not end. */
async function expectAllEnded(proxy: RemctldProxy): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (proxy.open() > 0 && performance.now() < deadline) {
    await sleep(POLL_MS);
  }
  expect(proxy.open()).toBe(0);
}

export const hostsCases: readonly Case[] = [
  {
    id: 'hosts/each-one',
    title: 'each of 40 hosts has its own result, and runs the command once',
    async run(context) {
      const { host, port, realm, use } = context;
      const proxy = await use(startForwardingProxy(port));
      const tally = tallyName(context, 'hosts');
      const hosts = same(40, { host, port: proxy.port });
      const results = await all(context, hosts, ['test', 'tally', tally], { parallel: 8 });
      expect(results).toHaveLength(40);
      for (const result of results) {
        expect(result).toMatchObject({ type: 'finished', status: 0, attempts: 1, host });
        expect(text((result as { stdout: Uint8Array }).stdout)).toBe('counted\n');
      }
      expect(realm.tally(tally)).toBe(40);
      expect(proxy.connections()).toBe(40);
      await expectAllEnded(proxy);
    },
  },
  {
    id: 'hosts/failures',
    title: 'each failure is the result of its own host, with what is known of the command',
    async run(context) {
      const { host, port, realm, use } = context;
      const silent = await use(startSilentServer());
      const hosts = [
        { host, port },
        { host, port: CLOSED_PORT },
        { host: 'nobody.invalid', port },
        { host, port, principal: realm.principals.unknownServer },
        { host, port: silent.port },
      ];
      const results = await all(context, hosts, ['echo', 'x'], { timeout: 1 });
      const find = (errorClass: abstract new (...given: never[]) => unknown, phase?: string) =>
        results.filter(
          (result) =>
            result.type === 'failed' &&
            result.error instanceof errorClass &&
            (phase === undefined || (result.error as { phase?: string }).phase === phase),
        );
      expect(results).toHaveLength(5);
      expect(results.filter(({ type }) => type === 'finished')).toHaveLength(1);
      const unsent = [{ commandState: 'not-sent', attempts: 1 }];
      expect(find(RemctlNetworkError, 'connect')).toMatchObject(unsent);
      expect(find(RemctlNetworkError, 'resolve')).toMatchObject(unsent);
      expect(find(RemctlAuthenticationError)).toMatchObject(unsent);
      expect(find(RemctlTimeoutError)).toMatchObject(unsent);
    },
  },
  {
    id: 'hosts/refused',
    title: "a server's error is a failure of its host, whose command has finished",
    notInProtocol1: 'protocol 1 has no MESSAGE_ERROR',
    async run(context) {
      const { host, port } = context;
      const results = await all(context, same(2, { host, port }), ['no-such-command']);
      expect(results).toHaveLength(2);
      for (const result of results) {
        expect(result).toMatchObject({
          type: 'failed',
          commandState: 'finished',
          error: expect.any(RemctlProtocolError),
        });
        expect(result).toHaveProperty('error.code', ErrorCode.ERROR_UNKNOWN_COMMAND);
      }
    },
  },
  {
    id: 'hosts/retry-unsent',
    title: 'retryUnsent tries a dropped open again, and the command runs once',
    async run(context) {
      const { host, port, realm, use } = context;
      const drops = OPEN_ATTEMPTS + 2;
      const proxy = await use(startDroppingProxy(port, drops));
      const tally = tallyName(context, 'hosts-dropped');
      const [result] = await all(context, [{ host, port: proxy.port }], ['test', 'tally', tally], {
        retryUnsent: 1,
      });
      expect(result).toMatchObject({ type: 'finished', status: 0, attempts: 2 });
      expect(realm.tally(tally)).toBe(1);
      expect(proxy.connections()).toBe(drops + 1);
    },
  },
  {
    id: 'hosts/retry-until-up',
    title: 'retryUnsent waits for a server that comes up later',
    async run(context) {
      const { host, port, use } = context;
      const later = await freePort();
      const up = sleep(POLL_MS).then(() =>
        startForwardingProxy(port, { host: '127.0.0.1', port: later }),
      );
      const results = all(context, [{ host, port: later }], ['echo', 'x'], { retryUnsent: 100 });
      await use(up);
      expect(await results).toMatchObject([{ type: 'finished', status: 0 }]);
    },
  },
  {
    id: 'hosts/lost',
    title: 'a server that dies during the command: unknown, and never tried again',
    notInProtocol1: ONE_ANSWER_IN_1,
    async run(context) {
      const { host, realm } = context;
      const server = await realm.startRemctld();
      const [result] = await all(context, [{ host, port: server.port }], LONG, {
        retryUnsent: 5,
        onOutput: () => server.kill(),
      });
      expect(result).toMatchObject({ type: 'failed', commandState: 'unknown', attempts: 1 });
    },
  },
  {
    id: 'hosts/fail-fast',
    title: 'failFast begins no host after a failure or a status other than 0',
    async run(context) {
      const { host, port, realm } = context;
      const tally = tallyName(context, 'hosts-fail-fast');
      const good = { host, port };
      const hosts = [good, { host, port: CLOSED_PORT }, good, good];
      const options = { failFast: true, parallel: 1 };
      const results = await all(context, hosts, ['test', 'tally', tally], options);
      const types = results.map(({ type }) => type);
      expect(types).toEqual(['finished', 'failed', 'not-begun', 'not-begun']);
      expect(realm.tally(tally)).toBe(1);
      const statuses = await all(context, [good, good], ['test', 'status', '3'], options);
      expect(statuses).toMatchObject([{ type: 'finished', status: 3 }, { type: 'not-begun' }]);
    },
  },
  {
    id: 'hosts/abort',
    title: 'an abort ends the hosts under way as unknown, names the others, and rejects',
    notInProtocol1: ONE_ANSWER_IN_1,
    async run(context) {
      const { backend, host, port, use } = context;
      const proxy = await use(startForwardingProxy(port));
      const controller = new AbortController();
      const reason = new Error('enough');
      let running = 0;
      const found: HostResult[] = [];
      const hosts = same(5, { host, port: proxy.port });
      const results = runOnHosts(hosts, LONG, {
        backend,
        parallel: 3,
        signal: controller.signal,
        onOutput: (_, token) => {
          running += text(token.output).startsWith('line 1\n') ? 1 : 0;
          if (running === 3) {
            controller.abort(reason);
          }
        },
      });
      expect(await rejection(take(results, found))).toBe(reason);
      const unbegun = { type: 'not-begun', host };
      const unknown = { type: 'failed', commandState: 'unknown', error: reason };
      expect(found).toMatchObject([unknown, unknown, unknown, unbegun, unbegun]);
      await expectAllEnded(proxy);
    },
  },
  {
    id: 'hosts/leave',
    title: 'leaving the loop ends the connections that are under way, and begins no other',
    async run(context) {
      const { backend, host, port, use } = context;
      const proxy = await use(startForwardingProxy(port));
      const silent = await use(startSilentServer());
      const hosts = [{ host, port: proxy.port }, ...same(20, { host, port: silent.port })];
      for await (const result of runOnHosts(hosts, ['echo', 'x'], { backend, parallel: 4 })) {
        expect(result).toMatchObject({ type: 'finished' });
        break;
      }
      await expectAllEnded(silent);
      await expectAllEnded(proxy);
      expect(silent.connections()).toBeLessThanOrEqual(4);
    },
  },
  {
    id: 'hosts/backpressure',
    title: 'a callback that waits holds up its host alone',
    notInProtocol1: ONE_ANSWER_IN_1,
    async run(context) {
      const { backend, port, realm, use } = context;
      const proxy = await use(startForwardingProxy(port));
      let taken = 0;
      // Two names of one server, so that the callback knows them apart.
      const hosts = [
        { host: 'localhost', port: proxy.port },
        { host: '127.0.0.1', port, principal: realm.principals.server },
      ];
      const results = runOnHosts(hosts, ['test', 'output', '200000'], {
        backend,
        onOutput: (name) => {
          taken += name === 'localhost' ? 1 : 0;
          return name === 'localhost' ? new Promise<void>(() => undefined) : undefined;
        },
      });
      expect(await results.next()).toMatchObject({
        value: { host: '127.0.0.1', type: 'finished' },
      });
      await sleep(POLL_MS);
      expect(taken).toBeLessThanOrEqual(1);
      await results.return();
      await expectAllEnded(proxy);
    },
  },
  {
    id: 'hosts/output-limit',
    title: 'maxOutput holds for each host alone',
    async run(context) {
      const { host, port } = context;
      const hosts = same(4, { host, port });
      const fits = await all(context, hosts, ['test', 'output', '50000'], { maxOutput: 50_000 });
      expect(fits.every(({ type }) => type === 'finished')).toBe(true);
      const cut = await all(context, hosts, ['test', 'output', '50001'], { maxOutput: 50_000 });
      for (const result of cut) {
        expect(result).toMatchObject({
          type: 'failed',
          error: expect.any(RemctlOutputLimitError),
        });
      }
    },
  },
  {
    id: 'hosts/open-first',
    title: 'openFirst goes on after servers that are closed, silent or cannot prove themselves',
    async run(context) {
      const { client, host, port, realm, use } = context;
      const silent = await use(startSilentServer());
      const bad = [
        { host, port: CLOSED_PORT },
        { host: 'nobody.invalid', port },
        { host, port: silent.port },
        { host, port, principal: realm.principals.unknownServer },
      ];
      const good = { host, port };
      const failed: unknown[] = [];
      const trying = client({ timeout: 1 });
      const onFailed = (_: Target, error: unknown) => failed.push(error);
      expect(await openFirst(trying, [...bad, good, ...bad], { onFailed })).toBe(good);
      expect(failed).toMatchObject([
        { name: 'RemctlNetworkError', phase: 'connect' },
        { name: 'RemctlNetworkError', phase: 'resolve' },
        { name: 'RemctlTimeoutError' },
        { name: 'RemctlAuthenticationError' },
      ]);
      expect((await trying.run(['echo', 'x']).text()).stdout).toBe('x\n');
      const error = await rejection(openFirst(client({ timeout: 1 }), bad));
      expect(error).toBeInstanceOf(RemctlAuthenticationError);
      expect((error as { cause: AggregateError }).cause.errors).toHaveLength(bad.length);
    },
  },
];
