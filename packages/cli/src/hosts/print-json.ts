/** Prints one JSON object a line: output, ends of hosts, a summary. */
import type { HostResult } from '@remctl/core';
import {
  type JsonBytes,
  type JsonLine,
  jsonBytes,
  jsonError,
  jsonLine,
  jsonTime,
  jsonToken,
} from '../terminal/json-lines.js';
import type { Outlets } from './outlets.js';
import type { Printer } from './printer.js';
import type { Tally } from './tally.js';

/** The end of a host that was begun. */
type JsonEnd = JsonLine & {
  /** From the host's begin to its end, all tries together. */
  readonly milliseconds: number;
  readonly attempts: number;
  /** The whole output, with --group. */
  readonly stdout?: JsonBytes;
  readonly stderr?: JsonBytes;
};

/** A host that was not begun. */
interface JsonNotBegun {
  readonly type: 'not-begun';
  readonly time: string;
  readonly host: string;
}

/** The last object: how many hosts had which outcome. */
interface JsonSummary {
  readonly type: 'summary';
  readonly time: string;
  readonly ran: number;
  readonly failed: number;
  readonly notSent: number;
  readonly unknown: number;
  readonly notBegun: number;
  readonly milliseconds: number;
  /** The signal that ended the run. */
  readonly signal?: string;
}

function resultObject(result: HostResult, withOutput: boolean): JsonEnd | JsonNotBegun {
  const { host } = result;
  if (result.type === 'not-begun') {
    return { type: 'not-begun', time: jsonTime(), host };
  }
  const { milliseconds, attempts } = result;
  const output = withOutput
    ? { stdout: jsonBytes(result.stdout), stderr: jsonBytes(result.stderr) }
    : {};
  const end =
    result.type === 'finished'
      ? jsonToken({ type: 'status', status: result.status }, { host })
      : jsonError(result.error, { host, commandState: result.commandState });
  return { ...end, milliseconds: Math.round(milliseconds), attempts, ...output };
}

/** Makes the printer. With `group`, a host's end has its whole output. */
export function createJsonPrinter({ stdout }: Outlets, group: boolean): Printer {
  return {
    ...(group
      ? {}
      : { output: (host, token) => stdout.write(jsonLine(jsonToken(token, { host }))) }),
    result: (result) => stdout.write(jsonLine(resultObject(result, group))),
  };
}

/** Returns the last line: how many hosts had which outcome, and the signal that ended the run. */
export function jsonSummary(
  tally: Tally,
  options: { readonly milliseconds: number; readonly signal: string | undefined },
): string {
  const { milliseconds, signal } = options;
  const summary: JsonSummary = {
    type: 'summary',
    time: jsonTime(),
    ran: tally.count('ran'),
    failed: tally.count('failed'),
    notSent: tally.count('not sent'),
    unknown: tally.count('unknown'),
    notBegun: tally.count('not begun'),
    milliseconds: Math.round(milliseconds),
    ...(signal === undefined ? {} : { signal }),
  };
  return jsonLine(summary);
}
