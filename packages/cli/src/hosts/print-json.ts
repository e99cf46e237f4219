/** Prints one JSON object a line: output, ends of hosts, a summary. */
import type { HostResult } from '@remctl/core';
import { jsonBytes, jsonError, jsonLine, jsonTime, jsonToken } from '../terminal/json-lines.js';
import type { Outlets } from './outlets.js';
import type { Printer } from './printer.js';
import type { Tally } from './tally.js';

/** Returns the object of a host's end. */
function resultObject(result: HostResult, withOutput: boolean): object {
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
  return jsonLine({
    type: 'summary',
    time: jsonTime(),
    ran: tally.count('ran'),
    failed: tally.count('failed'),
    notSent: tally.count('not sent'),
    unknown: tally.count('unknown'),
    notBegun: tally.count('not begun'),
    milliseconds: Math.round(milliseconds),
    ...(signal === undefined ? {} : { signal }),
  });
}
