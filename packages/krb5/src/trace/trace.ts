/** The steps of Kerberos, for KRB5_TRACE and for a channel of node:diagnostics_channel. */
import { channel } from 'node:diagnostics_channel';
import { appendTraceLine } from './trace-output.js';

/** The name of the channel of `node:diagnostics_channel`. Its messages are `TraceMessage`. */
export const TRACE_CHANNEL = 'remctl:krb5:trace';

/** A step. */
export interface TraceMessage {
  /** One line of text: names, encryption types, sizes, addresses; no key, no password. */
  readonly text: string;
}

const steps = channel(TRACE_CHANNEL);

/** Control characters, which would break a line or change a terminal, and those that turn text around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/** Names and texts of files, KDCs and servers may hold anything. */
function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/**
 * Tells a step: on the channel, and in the file that the environment variable KRB5_TRACE names at this
 * moment, as libkrb5 does. `text` is called only if somebody wants it. It must hold no secret.
 */
export function trace(text: () => string): void {
  const path = process.env.KRB5_TRACE;
  const isWritten = path !== undefined && path !== '';
  if (!isWritten && !steps.hasSubscribers) {
    return;
  }
  const line = oneLine(text());
  if (isWritten) {
    appendTraceLine(path, line);
  }
  if (steps.hasSubscribers) {
    steps.publish({ text: line } satisfies TraceMessage);
  }
}
