import { randomInt } from 'node:crypto';
import type { ServerToken } from '@remctl/core';
import { expect } from 'vitest';
import type { Context } from '../case.js';

/** The bound that an abort or close() has to end a waiting call. */
export const INTERRUPT_BOUND_MS = 100;

/** More than the buffers of a connection on loopback hold: it waits for a server that reads. */
export const UNREAD = new Uint8Array(32 * 1024 * 1024);

/**
 * A loopback address that nothing else listens on, so that suites side by side can each have the
 * default ports.
 */
export const ownAddress = (): string =>
  `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;

/** A name for `test tally`, of which a realm that several backends and protocols use has one each. */
export const tallyName = ({ backend, protocol }: Context, what: string): string =>
  `${backend.name.replace('/', '-')}-${protocol}-${what}`;

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

export const hex = (word: string | Uint8Array): string => Buffer.from(word).toString('hex');

export async function collect(tokens: AsyncIterable<ServerToken>): Promise<ServerToken[]> {
  const list: ServerToken[] = [];
  for await (const token of tokens) {
    list.push(token);
  }
  return list;
}

/** What a promise rejects with. Fails where it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`it was to reject, and resolved to ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}

/** What is expected of an error; of a RemctlError, `commandState` too: `not-sent` without it. */
export interface Expected {
  readonly name: string;
  readonly message?: RegExp;
  readonly code?: string;
  readonly phase?: string;
  readonly commandState?: string;
}

export function expectError(error: unknown, expected: Expected): void {
  const { message, commandState = 'not-sent', ...rest } = expected;
  expect(error).toMatchObject(rest);
  if (message !== undefined) {
    expect(error instanceof Error ? error.message : '').toMatch(message);
  }
  if (rest.name.startsWith('Remctl')) {
    expect(error).toMatchObject({ commandState });
  }
}

/** The milliseconds from now until the promise rejects with what is expected of it. */
export async function timeToReject(
  promise: Promise<unknown>,
  check: (error: unknown) => void,
): Promise<number> {
  const started = performance.now();
  check(await rejection(promise));
  return performance.now() - started;
}

/** A value of the wrong type, as JavaScript callers pass it. */
export const wrong = <T>(value: unknown): T => value as T;
