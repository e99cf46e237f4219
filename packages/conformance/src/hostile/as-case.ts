/** Makes a suite's case from a case of a hostile server. */
import { RemctlError, RemctlNotOpenedError, RemctlTimeoutError } from '@remctl/core';
import { expect } from 'vitest';
import type { Case } from '../case.js';
import { describeEnding, describeToken, type Ending, type Refused } from '../ending.js';
import { startScriptedServer } from '../servers/scripted-server.js';
import { rejection } from '../support/expected-errors.js';
import { COMMAND, runCommand, runTwoCommands } from './client-acts.js';
import type { HostileCase } from './hostile-case.js';
import { describeRecord } from './libremctl.js';
import { memoryPeak } from './memory-peak.js';
import { expectLibremctlBeginning } from './wording.js';

/** Seconds of silence that end a call to a silent server. */
const SHORT_TIMEOUT = 0.3;
/** Seconds in which every other call must end by itself. */
const LONG_TIMEOUT = 10;
/** Milliseconds that a busy machine may add to a time-out. */
const GRACE_MS = 2_000;

/** Bytes by which a case may raise this process's memory, whatever length the server claims. */
const MEMORY_BOUND = 64 * 1024 * 1024;
/** The same for address space: a thread's arena reserves much, but far less than 4 GiB. */
const ADDRESS_SPACE_BOUND = 1024 * 1024 * 1024;

/**
 * Returns the case that plays `hostile` against a backend.
 *
 * It checks the ending, the time and memory that the call took, the client's state afterwards, and
 * that the same client then works with an honest server.
 */
export function asCase(hostile: HostileCase): Case {
  const { id, title, serve, act = runCommand, difference } = hostile;
  return {
    id,
    title,
    ending: hostile.ending,
    comparison: {
      ours: describeEnding(hostile.ending),
      libremctl: describeRecord(hostile.libremctl),
      ...(difference === undefined ? {} : { difference }),
    },
    async run({ client: makeClient, declared, host, port, realm, use }) {
      const server = await use(
        startScriptedServer({ keytab: realm.keytabs.server, script: serve }),
      );
      const ending = declared.differs?.ending ?? hostile.ending;
      const timesOut = ending.type === 'refused' && ending.error === RemctlTimeoutError;
      const timeout = hostile.client?.timeout ?? (timesOut ? SHORT_TIMEOUT : LONG_TIMEOUT);
      // The short time-out could end an honest open() on a busy machine.
      const silentInOpen = ending.type === 'refused' && ending.details?.phase === 'negotiate';
      const client = makeClient({
        ...hostile.client,
        timeout: timesOut && !silentInOpen ? LONG_TIMEOUT : timeout,
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
      // A command must not come twice, nor at all if the client says that it was not sent.
      const unsent = ending.type !== 'answered' && ending.commandState === 'not-sent';
      const commands = act === runTwoCommands ? 2 : 1;
      expect(server.commands()).toBeLessThanOrEqual(unsent ? commands - 1 : commands);
      expectEnding(ending, result, declared.says);
      if (ending.type === 'refused') {
        expect(elapsed).toBeLessThan(timeout * 1000 + (timesOut ? GRACE_MS : 0));
      }
      expect(after.inUse - before.inUse).toBeLessThan(MEMORY_BOUND);
      if (before.reserved !== undefined && after.reserved !== undefined) {
        expect(after.reserved - before.reserved).toBeLessThan(ADDRESS_SPACE_BOUND);
      }

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

/** `declaredText` is the backend's own text, for a case that leaves the text to backends. */
function expectEnding(ending: Ending, result: Result, declaredText: RegExp | undefined): void {
  if (ending.type === 'answered') {
    expect(result).toEqual({ tokens: ending.tokens });
    return;
  }
  if ('tokens' in result) {
    expect.fail(`the client took the answer: ${result.tokens.join(', ')}`);
  }
  if (ending.type === 'refused') {
    expectRefusal(ending, result.error, declaredText);
  }
}

function expectRefusal(refused: Refused, error: unknown, declaredText: RegExp | undefined): void {
  if (!(error instanceof RemctlError)) {
    throw error;
  }
  const { name, message, commandState } = error;
  expect({ name, message, commandState }).toMatchObject({
    name: refused.error.name,
    commandState: refused.commandState,
  });
  expect(error).toMatchObject(refused.details ?? {});
  expectLibremctlBeginning(error);
  const text = refused.says ?? declaredText;
  if (text !== undefined) {
    expect(message).toMatch(text);
  }
}
