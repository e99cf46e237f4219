/** What a log shows of an error. */

import { inspect } from 'node:util';
import { isError, messageOf } from '../file/system-error.js';
import { MASKED } from './logged-command.js';
import { printable } from './printable.js';

/** Errors that are causes of each other, at most. */
const MAX_CAUSES = 8;

/** Objects within an error that are searched for masked arguments. */
const SEARCH_DEPTH = 8;

/** Returns the stacks of an error and of its causes, without control characters. */
export function errorText(error: unknown): string {
  const stacks: string[] = [];
  let next = error;
  while (next !== undefined && stacks.length < MAX_CAUSES) {
    stacks.push(isError(next) ? (next.stack ?? String(next)) : inspect(next));
    next = isError(next) ? next.cause : undefined;
  }
  return stacks.join('\ncaused by: ').split('\n').map(printable).join('\n');
}

/**
 * Returns an error without `values`, the arguments that the log masks: the error itself if it holds none of them,
 * else an Error with its masked text. What cannot be searched, because it throws when it is looked at, is left
 * out. Never throws.
 */
export function withoutValues(error: unknown, values: readonly string[]): unknown {
  try {
    return searched(error, values);
  } catch {
    // What was thrown meanwhile may hold the arguments, too.
    return new Error('the error cannot be searched for masked arguments, so it is left out');
  }
}

function searched(error: unknown, values: readonly string[]): unknown {
  const secrets = values.filter((value) => value !== '');
  const whole =
    secrets.length === 0 ? '' : inspect(error, { depth: SEARCH_DEPTH, maxStringLength: null });
  if (!secrets.some((secret) => whole.includes(secret))) {
    return error;
  }
  const mask = (text: string) =>
    secrets.reduce((masked, secret) => masked.replaceAll(secret, MASKED), text);
  const masked = new Error(mask(messageOf(error)));
  masked.stack = mask(errorText(error));
  return masked;
}
