// The demo's command line.
import { parseArgs } from 'node:util';
import { stop } from '../steps.mjs';

const USAGE = `npm run demo              a realm in this process: it needs Node alone
npm run demo -- --system  MIT Kerberos's KDC and the real remctld`;

/** Returns the options. Prints how the demo is used, and ends the process, if it does not know one. */
export function readArguments() {
  try {
    const { values } = parseArgs({ options: { system: { type: 'boolean', default: false } } });
    return values;
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`);
  }
}
