/** Runs one raw case against a server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MESSAGE_TOKEN_FLAGS } from '@remctl/core/wire';
import type { Answers, Ending, RawCase, StepContext } from './case.js';
import { connectRaw, type RawClient } from './client.js';
import { commandData, NOOP } from './messages.js';
import { forgeRequest, type Service } from './request.js';

/** Milliseconds in which a server that does not wait would close the connection. */
const PAUSE_MS = 30;

/** What a case works on. */
export interface RawTarget {
  readonly port: number;
  readonly service: Service;
  /** The client's principal. */
  readonly client: string;
}

/** Finds out how the connection stands, after the server has given `expected` answers. */
async function endingOf(client: RawClient, expected: Answers): Promise<Ending> {
  const wanted = expected.at(-1);
  const count = expected.length - 1;
  await client.until(
    () => client.isClosed() || (wanted !== 'closed' && client.answers.length >= count),
  );
  if (wanted === 'waits') {
    await sleep(PAUSE_MS);
  }
  if (client.isClosed()) {
    return 'closed';
  }
  if (wanted !== 'waits') {
    await client.message(NOOP, MESSAGE_TOKEN_FLAGS);
    await client.until(() => client.isClosed() || client.answers.length > count);
    if (client.answers.at(-1) === 'noop') {
      client.forgetAnswer();
      return 'open';
    }
    if (client.isClosed()) {
      return 'closed';
    }
  }
  client.end();
  await client.until(() => client.isClosed());
  return 'waits';
}

/** Returns the answers and the ending of a case. `expected` says how many answers to wait for. */
export async function runCase(
  each: RawCase,
  target: RawTarget,
  expected: Answers,
  tally: string,
): Promise<Answers> {
  const { port, service } = target;
  const clients = [await connectRaw(port)];
  const [client] = clients as [RawClient];
  const context: StepContext = {
    client,
    forge: (changes) => forgeRequest(service, target.client, changes),
    async connect() {
      const other = await connectRaw(port);
      clients.push(other);
      return other;
    },
  };
  try {
    for (const step of each.steps(commandData(['test', 'tally', tally]))) {
      await step(context);
    }
    const ending = await endingOf(client, expected);
    return [...client.answers, ending];
  } finally {
    for (const made of clients) {
      made.destroy();
    }
  }
}
