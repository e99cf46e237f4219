/** What the Python README promises of the simple and the full interface. */
import {
  createClient,
  RemctlError,
  RemctlNotOpenedError,
  RemctlProtocolError,
  remctl,
} from '@remctl/core';
import { startDroppingProxy, startForwardingProxy, startSilentServer } from '@remctl/realm';
import { expect } from 'vitest';
import type { Case } from '../case.js';
import { rejection } from '../support/expected-errors.js';
import { collectTokens, readStream, text } from '../support/reading.js';
import { tallyName, uniqueAddress } from '../support/unique-names.js';
import { openStalled, UNREAD } from '../support/waiting.js';

const NO_LONG_COMMANDS_IN_1 =
  'protocol 1 carries at most 64 KiB of command, which a socket takes without a reader';
const NO_CODES_IN_1 = 'protocol 1 has no error messages: a refusal is output with a status';

export const interfaceCases: readonly Case[] = [
  {
    id: 'simple/result',
    title: '"Runs a command on the remote system and returns an object containing the results."',
    async run({ backend, host, port, protocol }) {
      const result = await remctl({ backend, host, port, command: ['test', 'streams'] });
      const both = text(result.stdout) + text(result.stderr);
      expect([...both.matchAll(/\w+ \d/g)].map(String).sort()).toEqual([
        'err 1',
        'err 2',
        'out 1',
        'out 2',
      ]);
      if (protocol === 2) {
        expect(text(result.stderr)).toBe('err 1\nerr 2\n');
      }
      expect(result.status).toBe(0);
    },
  },
  {
    id: 'simple/error',
    title: '"RemctlProtocolError: an error occurred in the remctl communication", with the code',
    notInProtocol1: NO_CODES_IN_1,
    async run({ backend, host, port }) {
      const error = await rejection(remctl({ backend, host, port, command: ['no', 'such'] }));
      expect(error).toBeInstanceOf(RemctlProtocolError);
      expect(error).toMatchObject({
        code: 5,
        message: 'Unknown command',
        commandState: 'finished',
      });
    },
  },
  {
    id: 'simple/principal',
    title: '"principal (optional): str, authentication identity of host"',
    async run({ backend, host, port, realm }) {
      const principal = realm.principals.otherServer;
      const result = await remctl({ backend, host, port, principal, command: ['test', 'whoami'] });
      expect(text(result.stdout)).toBe(`${realm.principals.client}\n`);
    },
  },
  {
    id: 'simple/principal-without-realm',
    title: 'a principal without a realm gets the default realm',
    async run({ backend, host, port }) {
      const command = ['test', 'status', '3'];
      const result = await remctl({ backend, host, port, principal: 'remctl/localhost', command });
      expect(result.status).toBe(3);
    },
  },
  {
    id: 'simple/default-port',
    title: '"the library default is used (try 4373 first [...])": 4444 is not tried',
    async run({ backend, port, realm, use }) {
      const host = uniqueAddress();
      const registered = await use(startForwardingProxy(port, { host, port: 4373 }));
      const legacy = await use(startForwardingProxy(port, { host, port: 4444 }));
      const principal = realm.principals.server;
      const result = await remctl({ backend, host, principal, command: ['echo', 'x'] });
      expect(text(result.stdout)).toBe('x\n');
      expect([registered.connections(), legacy.connections()]).toEqual([1, 0]);
    },
  },
  {
    id: 'simple/legacy-port',
    title: '"[...] and fall back to attempting the legacy 4444 port"',
    async run({ backend, port, realm, use }) {
      const host = uniqueAddress();
      const legacy = await use(startForwardingProxy(port, { host, port: 4444 }));
      const principal = realm.principals.server;
      const result = await remctl({ backend, host, principal, command: ['echo', 'x'] });
      expect(text(result.stdout)).toBe('x\n');
      expect(legacy.connections()).toBe(1);
    },
  },
  {
    id: 'simple/neither-port',
    title: 'neither default port answers: the error names 4373',
    async run({ backend, realm }) {
      const principal = realm.principals.server;
      const command = ['echo', 'x'];
      const error = await rejection(remctl({ backend, host: uniqueAddress(), principal, command }));
      expect(error).toMatchObject({
        name: 'RemctlNetworkError',
        phase: 'connect',
        code: 'ECONNREFUSED',
        message: expect.stringMatching(/4373/),
      });
    },
  },
  {
    id: 'full/connection',
    title:
      '"It allows issuing multiple commands on the same persistant connection" (and at protocol 1 "transparently" one for each)',
    async run({ open }) {
      const client = await open();
      for (let n = 0; n < 5; n += 1) {
        expect((await client.run(['test', 'status', String(n)]).bytes()).status).toBe(n);
      }
    },
  },
  {
    id: 'full/create-client',
    title: '"if given, the constructor immediately calls open()": createClient does, with a host',
    async run({ backend, host, port }) {
      const client = await createClient(backend, { host, port });
      expect(client.isOpen).toBe(true);
      await client.close();
    },
  },
  {
    id: 'full/output',
    title:
      '"one error token or zero or more output tokens followed by a status token", then "done tokens [...] for as long as output() is called"',
    async run({ open }) {
      const client = await open();
      await client.command(['echo', 'hello']);
      expect(await client.output()).toMatchObject({ type: 'output', stream: 1 });
      expect(await client.output()).toEqual({ type: 'status', status: 0 });
      for (let n = 0; n < 3; n += 1) {
        expect(await client.output()).toEqual({ type: 'done' });
      }
    },
  },
  {
    id: 'full/output-before-command',
    title: 'output() before any command gives a done token',
    async run({ open }) {
      const client = await open();
      expect(await client.output()).toEqual({ type: 'done' });
    },
  },
  {
    id: 'full/error-token',
    title:
      '"For error tokens, error holds the numeric error code [...] output will contain an English text"; the connection goes on',
    notInProtocol1: NO_CODES_IN_1,
    async run({ open }) {
      const client = await open();
      await client.command(['test', 'denied']);
      const token = await client.output();
      expect(token).toMatchObject({ type: 'error', error: 6 });
      if (token.type === 'error') {
        expect(text(token.output)).toBe('Access denied');
      }
      expect(await client.output()).toEqual({ type: 'done' });
      expect((await client.run(['echo', 'on']).text()).stdout).toBe('on\n');
    },
  },
  {
    id: 'full/unknown-command',
    title: 'an unknown command is an error token with ERROR_UNKNOWN_COMMAND',
    notInProtocol1: NO_CODES_IN_1,
    async run({ open }) {
      const client = await open();
      expect(await collectTokens(client.run(['no', 'such', 'command']))).toMatchObject([
        { type: 'error', error: 5 },
      ]);
    },
  },
  {
    id: 'full/refusal-in-protocol-1',
    title: 'a denied command fails in protocol 1 too, by its status',
    async run({ open, protocol }) {
      const client = await open();
      const tokens = await collectTokens(client.run(['test', 'denied']));
      if (protocol === 1) {
        expect(tokens.at(-1)).toMatchObject({ type: 'status', status: 255 });
        expect(text(tokens[0]?.type === 'output' ? tokens[0].output : Buffer.of())).toMatch(
          /denied/,
        );
      } else {
        expect(tokens).toMatchObject([{ type: 'error' }]);
      }
    },
  },
  {
    id: 'full/help',
    title: 'help with a command gives its help; help alone gives the summary of all',
    async run({ open }) {
      const client = await open();
      const help = await client.run(['help', 'test', 'streams']).text();
      expect(help.stdout).toMatch(/^test streams: see/);
      const summary = await client.run(['help']).text();
      expect(summary.stdout).toContain('test streams: lines on both streams');
    },
  },
  {
    id: 'full/noop',
    title: '"Send a NOOP message to the server and read the reply. [...] Returns true on success"',
    notInProtocol1: 'protocol 1 has no NOOP message',
    async run({ open }) {
      const client = await open();
      expect(await client.noop()).toBe(true);
      expect((await client.run(['echo', 'x']).text()).stdout).toBe('x\n');
      expect(await client.noop()).toBe(true);
    },
  },
  {
    id: 'full/noop-protocol-1',
    title:
      '"The NOOP message requires protocol version 3 support in the server, so the caller should be prepared for this function to fail"',
    async run({ open, protocol }) {
      const client = await open();
      if (protocol === 2) {
        return void expect(await client.noop()).toBe(true);
      }
      expect(await rejection(client.noop())).toBeInstanceOf(RemctlError);
      expect((await client.run(['echo', 'still']).text()).stdout).toBe('still\n');
    },
  },
  {
    id: 'full/close',
    title:
      '"After calling this method, open() must be called for this object before sending any further commands."',
    async run({ open, host, port }) {
      const client = await open();
      await client.close();
      for (const call of [client.command(['echo', 'x']), client.output(), client.noop()]) {
        expect(await rejection(call)).toBeInstanceOf(RemctlNotOpenedError);
      }
      await client.open(host, port);
      expect((await client.run(['echo', 'again']).text()).stdout).toBe('again\n');
    },
  },
  {
    id: 'full/closed-automatically',
    title: '"The connection will also be automatically closed when the object is destroyed"',
    async run({ backend, host, port }) {
      const kept = await createClient(backend, { host, port });
      {
        await using client = kept;
        expect((await client.run(['echo', 'x']).bytes()).status).toBe(0);
      }
      expect(kept.isOpen).toBe(false);
      expect(await rejection(kept.command(['echo', 'x']))).toBeInstanceOf(RemctlNotOpenedError);
    },
  },
  {
    id: 'full/not-opened',
    title: '"RemctlNotOpenedError: no connection currently open"',
    async run({ client }) {
      const closed = client();
      expect(await rejection(closed.command(['echo', 'x']))).toBeInstanceOf(RemctlNotOpenedError);
      expect(await rejection(closed.output())).toBeInstanceOf(RemctlNotOpenedError);
      expect(await rejection(closed.noop())).toBeInstanceOf(RemctlNotOpenedError);
    },
  },
  {
    id: 'full/error',
    title: '"Returns the error from the last failed Remctl method [...] the same string"',
    async run({ client, host }) {
      const failing = client();
      const error = await rejection(failing.open(host, 1));
      expect(error).toBeInstanceOf(RemctlError);
      expect(failing.error()).toBe(error instanceof Error ? error.message : '');
    },
  },
  {
    id: 'full/set-ccache',
    title:
      '"This method will affect all subsequent open() calls on the same object, but will have no effect on connections that are already open", and "affects only this Remctl object"',
    async run({ open, realm, host, port, protocol }) {
      const who = async (c: typeof alice) => (await c.run(['test', 'whoami']).text()).stdout;
      const aliceName = `${realm.principals.client}\n`;
      const malloryName = `${realm.principals.otherClient}\n`;
      const alice = await open();
      const mallory = await open();
      mallory.setCcache(realm.otherCcache);
      // In protocol 1 a command ends its connection, and the next command opens another.
      expect(await who(mallory)).toBe(aliceName);
      if (protocol === 2) {
        expect(await who(mallory)).toBe(aliceName);
      }
      await mallory.open(host, port);
      const second = await open();
      expect([await who(alice), await who(mallory), await who(second)]).toEqual([
        aliceName,
        malloryName,
        aliceName,
      ]);
    },
  },
  {
    id: 'full/set-source-ip',
    title:
      '"Sets the source IP for future outgoing connections. [...] no effect on connections that are already open"',
    async run({ client, port, use }) {
      const proxy = await use(startForwardingProxy(port));
      const sourced = client({ sourceIp: '127.0.0.2' });
      await sourced.open('localhost', proxy.port);
      sourced.setSourceIp('127.0.0.3');
      expect((await sourced.run(['echo', 'x']).bytes()).status).toBe(0);
      expect(proxy.sources()).toEqual(['127.0.0.2']);
      await sourced.open('localhost', proxy.port);
      expect(proxy.sources()).toEqual(['127.0.0.2', '127.0.0.3']);
    },
  },
  {
    id: 'full/set-source-ip-family',
    title: "only addresses of the source address's family are tried",
    async run({ client, port }) {
      const sourced = client({ sourceIp: '::1' });
      expect(await rejection(sourced.open('127.0.0.1', port))).toMatchObject({
        name: 'RemctlNetworkError',
        commandState: 'not-sent',
      });
    },
  },
  {
    id: 'full/timeout-silence',
    title: '"The timeout is a timeout on network activity from the server": silence ends a command',
    async run({ open }) {
      const client = await open({ timeout: 0.5 });
      await client.command(['test', 'sleep', '20']);
      expect(await rejection(client.output())).toMatchObject({
        name: 'RemctlTimeoutError',
        commandState: 'unknown',
      });
    },
  },
  {
    id: 'full/timeout-activity',
    title:
      '"not on a complete operation": "a timeout of ten seconds just requires that the server send some data every ten seconds"',
    notInProtocol1: 'protocol 1 sends all output at the end',
    async run({ open }) {
      const client = await open({ timeout: 0.6 });
      const { stdout } = await client.run(['test', 'slow', '6', '0.25']).text();
      expect(stdout.split('\n')).toHaveLength(7);
    },
  },
  {
    id: 'full/timeout-open',
    title: '"including open() if called prior to calling open()": a server never answers',
    async run({ client, use }) {
      const silent = await use(startSilentServer());
      const waiting = client({ timeout: 0.4 });
      expect(await rejection(waiting.open('localhost', silent.port))).toMatchObject({
        name: 'RemctlTimeoutError',
        phase: 'negotiate',
        commandState: 'not-sent',
      });
    },
  },
  {
    id: 'full/timeout-command',
    title:
      '"All subsequent operations on this object will be subject to this timeout": the server does not read a command',
    notInProtocol1: NO_LONG_COMMANDS_IN_1,
    async run(context) {
      const waiting = await openStalled(context);
      waiting.setTimeout(0.4);
      expect(await rejection(waiting.command(['test', 'digest', UNREAD]))).toMatchObject({
        name: 'RemctlTimeoutError',
        phase: 'command',
        commandState: 'unknown',
      });
      expect(await rejection(waiting.output())).toBeInstanceOf(RemctlNotOpenedError);
    },
  },
  {
    id: 'full/timeout-noop',
    title: 'the time-out holds for noop() too',
    notInProtocol1: 'protocol 1 has no NOOP message',
    async run(context) {
      const waiting = await openStalled(context);
      waiting.setTimeout(0.4);
      expect(await rejection(waiting.noop())).toMatchObject({ name: 'RemctlTimeoutError' });
      expect(await rejection(waiting.noop())).toBeInstanceOf(RemctlNotOpenedError);
    },
  },
  {
    id: 'full/timeout-cleared',
    title: '"If the timeout is 0, this clears any timeout that was previously set."',
    async run({ open }) {
      const client = await open({ timeout: 0.2 });
      client.setTimeout(0);
      expect((await client.run(['test', 'sleep', '0.6']).bytes()).status).toBe(0);
    },
  },
  {
    id: 'full/dropped-open',
    title: 'an open that the server drops is tried again, and the command runs once',
    async run(context) {
      const { client, use, port, realm } = context;
      const proxy = await use(startDroppingProxy(port, 3));
      const patient = client();
      await patient.open('localhost', proxy.port);
      const tally = tallyName(context, 'dropped');
      expect((await patient.run(['test', 'tally', tally]).text()).stdout).toBe('counted\n');
      expect(realm.tally(tally)).toBe(1);
      expect(proxy.connections()).toBe(4);
    },
  },
  {
    id: 'full/server-gone',
    title: 'a server that dies during a command: a network error, and the state is unknown',
    notInProtocol1: 'the case starts its own server, which has no proxy for protocol 1',
    async run({ client, realm }) {
      const server = await realm.startRemctld();
      const cut = client();
      await cut.open('localhost', server.port);
      await cut.command(['test', 'sleep', '20']);
      setTimeout(() => void server.kill(), 200);
      expect(await rejection(cut.output())).toMatchObject({
        name: 'RemctlNetworkError',
        phase: 'command',
        commandState: 'unknown',
      });
      expect(await rejection(cut.command(['echo', 'x']))).toBeInstanceOf(RemctlNotOpenedError);
    },
  },
  {
    id: 'full/streams',
    title: 'stdout and stderr as web streams, with the status',
    async run({ open, protocol }) {
      const client = await open();
      const { stdout, stderr, status } = client.run(['test', 'streams']);
      const [out, err, code] = await Promise.all([readStream(stdout), readStream(stderr), status]);
      if (protocol === 2) {
        expect([out, err]).toEqual(['out 1\nout 2\n', 'err 1\nerr 2\n']);
      } else {
        expect(out).toContain('out 2\n');
      }
      expect(code).toBe(0);
    },
  },
];
