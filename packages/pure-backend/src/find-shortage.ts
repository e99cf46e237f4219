/** Finds what this process or machine has run out of. */

import { open } from 'node:fs/promises';
import { isNativeError } from 'node:util/types';
import { isShortageCode } from '@remctl/core/failures';
import { systemFailure } from './system-error.js';

/** Errors that are looked at behind one: a chain of causes may be a ring. */
const MAX_ERRORS = 64;

/** The error by which the system told of a shortage: `error`, or one of its causes. */
export function shortageIn(error: unknown): Error | undefined {
  const seen = new Set<unknown>();
  const waiting = [error];
  while (waiting.length > 0 && seen.size < MAX_ERRORS) {
    const next = waiting.shift();
    if (!isNativeError(next) || seen.has(next)) {
      continue;
    }
    seen.add(next);
    if (isShortageCode(systemFailure(next).code)) {
      return next;
    }
    waiting.push(next.cause, ...(next instanceof AggregateError ? next.errors : []));
  }
  return undefined;
}

/**
 * The system's error if no file can be opened now. Some libraries do not say why they failed: the system's
 * resolver takes a hosts file that it cannot open for one without the name.
 */
export async function shortageNow(): Promise<Error | undefined> {
  try {
    await (await open('/dev/null')).close();
    return undefined;
  } catch (error) {
    return shortageIn(error);
  }
}
