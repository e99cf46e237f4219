import { randomInt } from 'node:crypto';
import type { ServerToken } from '@remctl/core';
import { expect } from 'vitest';

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

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

export const hex = (word: string | Uint8Array): string => Buffer.from(word).toString('hex');

export async function collect(tokens: AsyncIterable<ServerToken>): Promise<ServerToken[]> {
  const list: ServerToken[] = [];
  for await (const token of tokens) list.push(token);
  return list;
}

/** What a promise rejects with. Fails where it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`it was to reject, and resolved to ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
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
