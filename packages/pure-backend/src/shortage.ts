/** What this process or the system has run out of, where a connection failed for want of it. */
import { open } from 'node:fs/promises';
import { RemctlNetworkError } from '@remctl/core';
import { systemFailure } from './system-error.js';

/** Open files of the process, and of the system; both kinds of memory. */
const SHORTAGES = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);
const OF_FILES = new Set(['EMFILE', 'ENFILE']);
/** Errors that are looked at behind one: a chain of causes may be a ring. */
const MAX_ERRORS = 64;

/** The error by which the system told of a shortage: this one, or one that is behind it. */
export function shortageIn(error: unknown): Error | undefined {
  const seen = new Set<unknown>();
  const waiting = [error];
  while (waiting.length > 0 && seen.size < MAX_ERRORS) {
    const next = waiting.shift();
    if (!(next instanceof Error) || seen.has(next)) {
      continue;
    }
    seen.add(next);
    if (SHORTAGES.has(systemFailure(next).code)) {
      return next;
    }
    waiting.push(next.cause, ...(next instanceof AggregateError ? next.errors : []));
  }
  return undefined;
}

/**
 * The system's error where no file can be opened now; else undefined. For libraries that do not say
 * why they failed: the system's resolver takes a hosts file that it cannot open for one without the
 * name.
 */
export async function shortageNow(): Promise<Error | undefined> {
  try {
    await (await open('/dev/null')).close();
    return undefined;
  } catch (error) {
    return shortageIn(error);
  }
}

/**
 * The error for a shortage. It is of phase `connect`, wherever it came: the server has dropped nothing, so
 * that there is nothing to try again.
 */
export function shortageError(server: string, shortage: Error, cause: unknown): RemctlNetworkError {
  const { code, text } = systemFailure(shortage);
  const remedy = OF_FILES.has(code)
    ? ': close connections and files that are not needed, or raise the limit of open files'
    : '';
  return new RemctlNetworkError(
    `cannot connect to ${server}: ${text} (${code})${remedy}`,
    { code, phase: 'connect' },
    { cause },
  );
}
