/** Prints each host's output whole, at its end, under a header. */
import { visible } from '../terminal/visible-controls.js';
import type { Outlet, Outlets } from './outlets.js';
import { failureLine } from './print-lines.js';
import type { Printer } from './printer.js';

const LINE_FEED = 0x0a;

/** Output that ends with a line feed, so that the next header begins a line. */
function ended(output: Uint8Array): Uint8Array {
  return output.length === 0 || output.at(-1) === LINE_FEED
    ? output
    : Buffer.concat([output, Buffer.from('\n')]);
}

/**
 * Makes the printer. Each stream that a host wrote to has a header, `==> host <==`; only one has it
 * if both streams are the same file or terminal.
 */
export function createGroupsPrinter({ stdout, stderr, areOne }: Outlets): Printer {
  const header = (host: string, { colors }: Outlet) =>
    `${colors.bold(colors.cyan(`==> ${visible(host)} <==`))}\n`;
  return {
    async result(result, isAborted) {
      if (result.type === 'not-begun') {
        return;
      }
      const { host } = result;
      const failure = isAborted ? '' : failureLine(result, `${visible(host)}: `, stderr.colors);
      const errors = Buffer.concat([ended(result.stderr), Buffer.from(failure)]);
      const hasOutput = result.stdout.length > 0;
      if (hasOutput) {
        await stdout.write(
          Buffer.concat([Buffer.from(header(host, stdout)), ended(result.stdout)]),
        );
      }
      if (errors.length > 0) {
        const isUnderHeader = hasOutput && areOne;
        const before = isUnderHeader || result.stderr.length === 0 ? '' : header(host, stderr);
        await stderr.write(Buffer.concat([Buffer.from(before), errors]));
      }
    },
  };
}
