/** What the client does in the cases of hostile servers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Remctl, ServerToken } from '@remctl/core';
import { expectAborted } from '../support/waiting.js';
import type { Act } from './hostile-case.js';

/** The command that every act sends. */
export const COMMAND = ['test', 'hostile'];

/** Time for the server's bytes to arrive: client and server share an event loop. */
const ARRIVAL_MS = 50;

/** Sends one command on an open client, and reads the answer to its end. */
async function answerTo(client: Remctl): Promise<ServerToken[]> {
  const tokens: ServerToken[] = [];
  await client.command(COMMAND);
  for (;;) {
    const token = await client.output();
    if (token.type === 'done') {
      return tokens;
    }
    tokens.push(token);
  }
}

/** Opens, sends one command, and reads the answer to its end. */
export const runCommand: Act = async ({ client, open }) => {
  await open();
  return answerTo(client);
};

/** Opens, waits so many milliseconds, sends one command, and reads the answer to its end. */
export function runCommandAfter(delayMs: number): Act {
  return async ({ client, open }) => {
    await open();
    await sleep(delayMs);
    return answerTo(client);
  };
}

/** Sends the command after the bytes that follow the server's context token have arrived. */
export const runCommandLater: Act = runCommandAfter(ARRIVAL_MS);

/** Sends two commands, the second after a pause. Returns both answers. */
export const runTwoCommands: Act = async ({ client, open }) => {
  await open();
  const first = await answerTo(client);
  await sleep(ARRIVAL_MS);
  return [...first, ...(await answerTo(client))];
};

/** Sends a NOOP, and after a pause a command. */
export const sendNoop: Act = async ({ client, open }) => {
  await open();
  await client.noop();
  await sleep(ARRIVAL_MS);
  return answerTo(client);
};

/** Opens and runs a command, and aborts after so many milliseconds: the abort must end it in 100 ms. */
export function abortAfter(delayMs: number): Act {
  return async ({ client, open }) => {
    throw await expectAborted(async (signal) => {
      await open(signal);
      await client.run(COMMAND, { signal }).bytes();
    }, delayMs);
  };
}
