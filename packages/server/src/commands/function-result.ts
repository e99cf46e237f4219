/** Sends what a function returned, and says its exit status. */

import { Readable } from 'node:stream';
import { isUint8Array } from 'node:util/types';
import { STDOUT } from '@remctl/core/wire';
import { kindOf } from '../check-arguments.js';
import type { OutputPiece } from './command.js';
import type { CommandOutput } from './command-output.js';
import { type FunctionWriter, outputBytes } from './function-writer.js';
import type { LazyAborter } from './lazy-aborter.js';

/** The highest exit status (protocol, section 2.5: one byte). */
const MAX_STATUS = 255;

function isAsyncIterable(value: unknown): value is AsyncIterable<OutputPiece> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function checkStatus(status: number): number {
  if (!Number.isInteger(status) || status < 0 || status > MAX_STATUS) {
    throw new RangeError(
      `the function returned ${status} as its exit status: it must be a whole number from 0 to ${MAX_STATUS}`,
    );
  }
  return status;
}

/** Ends an iterator whose output nobody takes any more. The command does not wait for it. */
function abandon(iterable: AsyncIterable<unknown>, iterator: AsyncIterator<unknown>): void {
  if (iterable instanceof Readable) {
    // A stream that fails, because its file is missing for example, would end the process if nobody listened.
    iterable.on('error', () => undefined);
    // A stream that waits for its source would see the iterator's return() only after the source's next data.
    iterable.destroy();
  }
  const returned = Promise.resolve().then(() => iterator.return?.());
  // An error of the iterator's own end would end the process if nobody took it.
  returned.catch(() => undefined);
}

/** Sends each piece. Returns what the iterator returned at its end. */
async function sendAll(
  iterable: AsyncIterable<OutputPiece>,
  writer: FunctionWriter,
  signal: AbortSignal,
): Promise<unknown> {
  const iterator = iterable[Symbol.asyncIterator]();
  const onAbort = () => abandon(iterable, iterator);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) {
    onAbort();
  }
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await iterator.next();
      if (next.done === true) {
        return next.value;
      }
      try {
        await writer.writePiece(next.value);
      } catch (error) {
        abandon(iterable, iterator);
        throw error;
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Sends the output that a function returned, and returns the exit status: 0 unless the function, or its async
 * generator, returned one.
 *
 * Throws TypeError or RangeError if the result is none of `CommandResult`, the iterable's error, and the
 * reason of `aborter` once it has aborted.
 */
export async function sendResult(
  result: unknown,
  output: CommandOutput,
  writer: FunctionWriter,
  aborter: LazyAborter,
): Promise<number> {
  if (result === undefined) {
    return 0;
  }
  if (typeof result === 'number') {
    return checkStatus(result);
  }
  if (typeof result === 'string' || isUint8Array(result)) {
    await output.send(STDOUT, outputBytes(result));
    return 0;
  }
  if (isAsyncIterable(result)) {
    const returned = await sendAll(result, writer, aborter.signal);
    return typeof returned === 'number' ? checkStatus(returned) : 0;
  }
  throw new TypeError(
    `the function returned ${kindOf(result)}: it may return nothing, an exit status, text, bytes, or an async iterable`,
  );
}
