/** What clients do with hostile servers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Remctl, ServerToken } from '@remctl/core';
import { expect } from 'vitest';
import { INTERRUPT_BOUND_MS, rejection } from '../cases/helpers.js';
import type { Act } from './hostile-case.js';

/** The command that is sent. */
export const COMMAND = ['test', 'hostile'];

/** Enough turns of the event loop, which is the server's too, for what the server has sent to arrive. */
const ARRIVAL_MS = 50;

/** One command on an open client, and its answer. */
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

/** Opens, sends one command, reads its answer to the end. */
export const runCommand: Act = async ({ client, open }) => {
  await open();
  return answerTo(client);
};

/** The same, the command so many milliseconds after open(). */
export function runCommandAfter(delayMs: number): Act {
  return async ({ client, open }) => {
    await open();
    await sleep(delayMs);
    return answerTo(client);
  };
}

/** The same, once what came with the open has arrived. */
export const runCommandLater: Act = runCommandAfter(ARRIVAL_MS);

/** Two commands, the second some time after the first one's end. Gives both answers. */
export const runTwoCommands: Act = async ({ client, open }) => {
  await open();
  const first = await answerTo(client);
  await sleep(ARRIVAL_MS);
  return [...first, ...(await answerTo(client))];
};

/** A NOOP, then a command. */
export const sendNoop: Act = async ({ client, open }) => {
  await open();
  await client.noop();
  await sleep(ARRIVAL_MS);
  return answerTo(client);
};

/** Runs a command, and aborts it after so many milliseconds: that has to end it within 100 ms. */
export function abortAfter(delayMs: number): Act {
  return async ({ client, open }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error('enough');
    let aborted = Number.NaN;
    setTimeout(() => {
      aborted = performance.now();
      controller.abort(reason);
    }, delayMs);
    const run = async () => {
      await open(signal);
      await client.run(COMMAND, { signal }).bytes();
    };
    const error = await rejection(run());
    expect(performance.now() - aborted).toBeLessThan(INTERRUPT_BOUND_MS);
    expect(error).toBe(reason);
    throw error;
  };
}
