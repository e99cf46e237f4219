/** Calls that wait, and interruptions that must end them in time. */
import type { ClientOptions, Remctl } from '@remctl/core';
import { startStallingProxy } from '@remctl/realm';
import { expect } from 'vitest';
import type { CaseContext } from '../case.js';
import { rejection } from './expected-errors.js';

/** Milliseconds in which an abort or close() must end a waiting call. */
export const INTERRUPT_BOUND_MS = 100;

/** Milliseconds after which a call surely waits. */
export const SETTLED_MS = 150;

/** An argument longer than all buffers of a loopback connection: sending it waits for a reader. */
export const UNREAD = new Uint8Array(32 * 1024 * 1024);

/** Opens a client to a server that then neither reads nor writes. */
export async function openStalled(
  { client, port, use }: CaseContext,
  options?: ClientOptions,
): Promise<Remctl> {
  const proxy = await use(startStallingProxy(port));
  const waiting = client(options);
  await waiting.open('localhost', proxy.port);
  proxy.stall();
  return waiting;
}

/**
 * Interrupts a call after a delay in milliseconds, and returns what the call rejects with.
 *
 * Fails if the call ends before the interruption, or not within INTERRUPT_BOUND_MS after it.
 */
export async function interruptedError(
  call: Promise<unknown>,
  interrupt: () => void,
  delayMs = SETTLED_MS,
): Promise<unknown> {
  let interrupted = Number.NaN;
  setTimeout(() => {
    interrupted = performance.now();
    interrupt();
  }, delayMs);
  const error = await rejection(call);
  expect(performance.now() - interrupted).toBeLessThan(INTERRUPT_BOUND_MS);
  return error;
}

/** Starts a call with a signal, aborts it after a delay, and returns the signal's reason. */
export async function expectAborted(
  start: (signal: AbortSignal) => Promise<unknown>,
  delayMs = SETTLED_MS,
): Promise<Error> {
  const controller = new AbortController();
  const reason = new Error('enough');
  const call = start(controller.signal);
  const error = await interruptedError(call, () => controller.abort(reason), delayMs);
  expect(error).toBe(reason);
  return reason;
}
