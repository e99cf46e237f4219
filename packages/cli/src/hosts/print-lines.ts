/** Prints each host's output line by line, the host before each line. */
import { type HostResult, STDERR } from '@remctl/core';
import { visible } from '../terminal/visible-controls.js';
import { createLineSplitter, type LineSplitter } from './line-splitter.js';
import { reasonOf } from './outcome.js';
import type { Colors, Outlet, Outlets } from './outlets.js';
import type { Printer } from './printer.js';

/** Columns that hosts are aligned to at most: one long name must not move all lines. */
const MAX_ALIGNED = 40;

/** A host's two streams. */
interface HostLines {
  readonly stdout: LineSplitter;
  readonly stderr: LineSplitter;
}

/** The painters that tell hosts apart on a terminal. Red and yellow are for errors. */
function hostPainters({ cyan, green, blue, magenta }: Colors) {
  return [cyan, green, blue, magenta];
}

/** Returns the line for a failure; nothing for a host that ran or was not begun. */
export function failureLine(result: HostResult, prefix: string, colors: Colors): string {
  const reason = reasonOf(result);
  return reason === undefined ? '' : `${prefix}${colors.red(`remctl: ${reason}`)}\n`;
}

/**
 * Makes the printer. A line goes to the stream that it had on the server, its bytes unchanged. On a
 * terminal the lines are aligned and the hosts have colours.
 */
export function createLinesPrinter(hosts: readonly string[], { stdout, stderr }: Outlets): Printer {
  const indexes = new Map(hosts.map((host, index) => [host, index]));
  const longest = hosts.reduce((length, host) => Math.max(length, visible(host).length), 0);
  const width = Math.min(MAX_ALIGNED, longest);
  const underWay = new Map<string, HostLines>();

  const prefix = (host: string, { isTerminal, colors }: Outlet): string => {
    const painters = hostPainters(colors);
    const paint = painters[(indexes.get(host) ?? 0) % painters.length] ?? String;
    const name = visible(host);
    const gap = isTerminal ? ' '.repeat(Math.max(0, width - name.length)) : '';
    return `${paint(`${name}:`)}${gap} `;
  };

  const writeLines = async (host: string, outlet: Outlet, lines: readonly Uint8Array[]) => {
    if (lines.length === 0) {
      return;
    }
    const before = Buffer.from(prefix(host, outlet));
    const end = Buffer.from('\n');
    await outlet.write(Buffer.concat(lines.flatMap((line) => [before, line, end])));
  };

  return {
    async output(host, { stream, output }) {
      const lines = underWay.get(host) ?? {
        stdout: createLineSplitter(),
        stderr: createLineSplitter(),
      };
      underWay.set(host, lines);
      const name = stream === STDERR ? 'stderr' : 'stdout';
      await writeLines(host, name === 'stderr' ? stderr : stdout, lines[name].push(output));
    },
    async result(result, isAborted) {
      if (result.type === 'not-begun') {
        return;
      }
      const { host } = result;
      const lines = underWay.get(host);
      underWay.delete(host);
      for (const [splitter, outlet] of [
        [lines?.stdout, stdout],
        [lines?.stderr, stderr],
      ] as const) {
        const last = splitter?.end();
        await writeLines(host, outlet, last === undefined ? [] : [last]);
      }
      if (!isAborted) {
        await stderr.write(failureLine(result, prefix(host, stderr), stderr.colors));
      }
    },
  };
}
