/** What a host's result means to people: its outcome and the reason. */
import { type HostResult, RemctlProtocolError } from '@remctl/core';
import { visible } from '../terminal/visible-controls.js';

/** What became of a host, in the order of the summary. */
export const OUTCOMES = ['ran', 'failed', 'not sent', 'unknown', 'not begun'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Returns the outcome: `ran` is status 0; `failed` is another status or the server's error; `not
 * sent` and `unknown` say what is known of a command that has no answer.
 */
export function outcomeOf(result: HostResult): Outcome {
  switch (result.type) {
    case 'finished':
      return result.status === 0 ? 'ran' : 'failed';
    case 'not-begun':
      return 'not begun';
    case 'failed':
      return ({ finished: 'failed', 'not-sent': 'not sent', unknown: 'unknown' } as const)[
        result.commandState
      ];
  }
}

/** Returns an error's text on one line, without control characters. */
export function errorText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return visible(message.trim().replaceAll(/\s*\n\s*/g, ' '));
}

/** Returns why a host is not among those that ran; undefined if it ran or was not begun. */
export function reasonOf(result: HostResult): string | undefined {
  if (result.type === 'failed') {
    return errorText(result.error);
  }
  return result.type === 'finished' && result.status !== 0
    ? `exit status ${result.status}`
    : undefined;
}

/** Matches a host's name, also made longer by a domain, where core's and Kerberos's texts have it. */
function ownName(host: string): RegExp {
  const name = `${visible(host).replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?:\\.[\\w.-]+)?`;
  return new RegExp(
    `(?<![\\w.-])${name}(?= \\(port )|(?<=unknown host |host/)${name}(?![\\w-])`,
    'g',
  );
}

/** Returns the reason with HOST for the host's own name, so that equal reasons have equal texts. */
export function sharedReasonOf(result: HostResult): string | undefined {
  const reason = reasonOf(result);
  return result.type === 'failed' && !(result.error instanceof RemctlProtocolError)
    ? reason?.replaceAll(ownName(result.host), 'HOST')
    : reason;
}
