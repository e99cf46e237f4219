/** Where a server is to listen. */
import { DEFAULT_PORT } from '@remctl/core/wire';
import { checkOptions, checkText, kindOf } from './check-arguments.js';

const PORT_MOST = 65_535;

export interface ListenOptions {
  /** 4373 by default; 0 for a free port. */
  readonly port?: number | undefined;
  /** A numeric address, or a name, whose first address is taken; all addresses by default. */
  readonly host?: string | undefined;
}

const ALSO_CALLED = { host: ['address', 'interface', 'bindaddress'] };

/** Returns the options with their defaults. Throws TypeError or RangeError if they are wrong. */
export function checkListenOptions(options: ListenOptions): {
  readonly port: number;
  readonly host: string | undefined;
} {
  checkOptions('the options of listen()', options, {
    known: ['port', 'host'],
    alsoCalled: ALSO_CALLED,
  });
  const { port = DEFAULT_PORT, host } = options;
  if (typeof port !== 'number') {
    throw new TypeError(`port must be a number, not ${kindOf(port)}`);
  }
  if (!Number.isInteger(port) || port < 0 || port > PORT_MOST) {
    throw new RangeError(`port must be a whole number from 0 to ${PORT_MOST}; it is ${port}`);
  }
  return { port, host: host === undefined ? undefined : checkText('host', host) };
}
