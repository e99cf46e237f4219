/** A hostile server's case as one of the suite: the act, what is expected of it, and the state after. */
import { RemctlError, RemctlNotOpenedError, RemctlTimeoutError } from '@remctl/core';
import { expect } from 'vitest';
import type { Case } from '../case.js';
import { rejection } from '../cases/helpers.js';
import { startScriptedServer } from '../servers/scripted-server.js';
import { COMMAND, runCommand, runTwoCommands } from './acts.js';
import {
  describeEnding,
  describeRecord,
  describeToken,
  type Ending,
  type HostileCase,
  type Refused,
} from './hostile-case.js';
import { memoryPeak } from './memory.js';

/** Seconds of silence that end a case whose server is silent. */
const SHORT_TIMEOUT = 0.3;
/** Seconds in which all others have to end by themselves. */
const LONG_TIMEOUT = 10;
/** What a busy machine may take beside a time-out, in milliseconds. */
const GRACE_MS = 2_000;

/**
 * By how much a case may raise this process's memory, in octets, whatever the server claims. Address
 * space has more room: a thread's arena reserves much of it, and 4 GiB are still far more.
 */
const MEMORY_BOUND = 64 * 1024 * 1024;
const ADDRESS_SPACE_BOUND = 1024 * 1024 * 1024;

const NATIVE = 'native';
const PURE = 'pure/';

export function asCase(hostile: HostileCase): Case {
  const { id, title, serve, act = runCommand } = hostile;
  return {
    id,
    title,
    comparison: {
      ours: describeEnding(hostile.ending),
      ...(hostile.native === undefined ? {} : { native: describeEnding(hostile.native.ending) }),
      libremctl: describeRecord(hostile.libremctl),
      reasons: [hostile.difference, hostile.native?.because].filter((text) => text !== undefined),
    },
    async run({ backend, client: makeClient, host, port, realm, use }) {
      const server = await use(
        startScriptedServer({ keytab: realm.keytabs.server, script: serve }),
      );
      const ending =
        (backend.name === NATIVE ? hostile.native?.ending : undefined) ?? hostile.ending;
      const timesOut = ending.type === 'refused' && ending.error === RemctlTimeoutError;
      const timeout = hostile.client?.timeout ?? (timesOut ? SHORT_TIMEOUT : LONG_TIMEOUT);
      // Only a server that is silent while it authenticates is to be met with a short one there.
      const inOpen = ending.type === 'refused' && ending.details?.phase === 'negotiate';
      const client = makeClient({
        ...hostile.client,
        timeout: timesOut && !inOpen ? LONG_TIMEOUT : timeout,
      });
      const open = async (signal?: AbortSignal) => {
        await client.open({ host, port: server.port, signal });
        client.setTimeout(timeout);
      };

      const before = memoryPeak();
      const started = performance.now();
      const result = await act({ client, open }).then(
        (tokens) => ({ tokens: tokens.map(describeToken) }),
        (error: unknown) => ({ error }),
      );
      const elapsed = performance.now() - started;
      const after = memoryPeak();

      expect(server.failures()).toEqual([]);
      // No command is sent twice, and none that is said not to have been sent.
      const unsent = ending.type !== 'answered' && ending.commandState === 'not-sent';
      const commands = act === runTwoCommands ? 2 : 1;
      expect(server.commands()).toBeLessThanOrEqual(unsent ? commands - 1 : commands);
      expectEnding(ending, result, backend.name);
      if (ending.type === 'refused') {
        expect(elapsed).toBeLessThan(timeout * 1000 + (timesOut ? GRACE_MS : 0));
      }
      expect(after.inUse - before.inUse).toBeLessThan(MEMORY_BOUND);
      if (before.reserved !== undefined && after.reserved !== undefined) {
        expect(after.reserved - before.reserved).toBeLessThan(ADDRESS_SPACE_BOUND);
      }

      // Its state says the same as the error, and it can be used again.
      const isOpen = ending.type === 'answered' || (ending.type === 'refused' && ending.staysOpen);
      expect(client.isOpen).toBe(isOpen === true);
      expect(client.commandState).toBe(
        ending.type === 'answered' ? 'finished' : ending.commandState,
      );
      if (!client.isOpen) {
        expect(await rejection(client.command(COMMAND))).toBeInstanceOf(RemctlNotOpenedError);
      }
      client.setTimeout(LONG_TIMEOUT);
      await client.open(host, port);
      expect((await client.run(['echo', 'honest']).text()).stdout).toBe('honest\n');
    },
  };
}

type Result = { readonly tokens: readonly string[] } | { readonly error: unknown };

function expectEnding(ending: Ending, result: Result, backend: string): void {
  if (ending.type === 'answered') {
    expect(result).toEqual({ tokens: ending.tokens });
    return;
  }
  if ('tokens' in result) {
    expect.fail(`the server got through with it: ${result.tokens.join(', ')}`);
  }
  if (ending.type === 'refused') {
    expectRefusal(ending, result.error, backend);
  }
}

function expectRefusal(refused: Refused, error: unknown, backend: string): void {
  if (!(error instanceof RemctlError)) {
    throw error;
  }
  const { name, message, commandState } = error;
  expect({ name, message, commandState }).toMatchObject({
    name: refused.error.name,
    commandState: refused.commandState,
  });
  expect(error).toMatchObject(refused.details ?? {});
  if (backend === NATIVE) {
    expect(message).toMatch(refused.says.native);
  }
  if (backend.startsWith(PURE)) {
    expect(message).toMatch(refused.says.pure);
  }
}
