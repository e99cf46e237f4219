/** The limits of a server: counts, bytes and times. */
import { COMMAND_MAX_ARGUMENTS, COMMAND_MAX_DATA } from '@remctl/core/wire';
import { checkOptions, kindOf } from './check-arguments.js';

/** A server's limits. */
export interface Limits {
  /** Arguments of one command: at most this many. 4,096 by default, as remctld. */
  readonly arguments: number;
  /**
   * Bytes of one command's arguments, with their count and their lengths: fewer than this. 104,857,600
   * (100 MiB) by default, as remctld.
   */
  readonly commandBytes: number;
  /**
   * Bytes of all commands together that came in several messages: counted from their first message until
   * they have ended. One more is refused. 536,870,912 (512 MiB) by default.
   */
  readonly allCommandBytes: number;
  /** Connections at once. 4,096 by default. */
  readonly connections: number;
  /**
   * Connections at once that have not authenticated yet. When one more comes, the oldest of them is dropped.
   * 2,048 by default.
   */
  readonly unauthenticated: number;
  /**
   * Bytes of a token before its client has authenticated. 65,536 (64 KiB) by default: a ticket has some
   * hundred bytes, and the largest of Active Directory, for a user in a thousand groups, about 48,000.
   */
  readonly contextTokenBytes: number;
  /** Seconds that the server waits for a client that sends and takes nothing. 3,600 by default, as remctld. */
  readonly silence: number;
  /** Seconds from a connection's first moment until its client has authenticated. 30 by default. */
  readonly handshake: number;
  /** Seconds that `close()` lets running commands go on. 10 by default. */
  readonly grace: number;
}

const MIB = 1024 * 1024;

/** The limits of a server that is given no others. */
export const DEFAULT_LIMITS: Limits = {
  arguments: COMMAND_MAX_ARGUMENTS,
  commandBytes: COMMAND_MAX_DATA,
  allCommandBytes: 512 * MIB,
  connections: 4096,
  unauthenticated: 2048,
  contextTokenBytes: MIB / 16,
  silence: 3600,
  handshake: 30,
  grace: 10,
};

/** The longest delay of a timer: 2^31 - 1 ms. */
const LONGEST_S = Math.floor(0x7fffffff / 1000);

/** A count or a number of bytes, and the least that it may be; or a time in seconds. */
type Rule = { readonly least: number } | 'seconds' | 'seconds or 0';

const RULES: Readonly<Record<keyof Limits, Rule>> = {
  arguments: { least: 1 },
  commandBytes: { least: 1 },
  allCommandBytes: { least: 0 },
  connections: { least: 1 },
  unauthenticated: { least: 1 },
  contextTokenBytes: { least: 1 },
  silence: 'seconds',
  handshake: 'seconds',
  grace: 'seconds or 0',
};

const ALSO_CALLED: Partial<Record<keyof Limits, readonly string[]>> = {
  silence: ['timeout', 'idletimeout'],
  handshake: ['handshaketimeout', 'authentication'],
  grace: ['closetimeout', 'shutdown'],
};

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(RULES, name);
}

function checkLimit(name: keyof Limits, value: unknown): void {
  const rule = RULES[name];
  if (typeof value !== 'number') {
    throw new TypeError(`limits.${name} must be a number, not ${kindOf(value)}`);
  }
  if (typeof rule === 'object') {
    if (!Number.isSafeInteger(value) || value < rule.least) {
      throw new RangeError(
        `limits.${name} must be a whole number from ${rule.least} on; it is ${value}`,
      );
    }
    return;
  }
  const above = rule === 'seconds' ? value > 0 : value >= 0;
  if (!above || !(value <= LONGEST_S)) {
    const least = rule === 'seconds' ? 'more than 0' : 'at least 0';
    throw new RangeError(
      `limits.${name} must be ${least} and at most ${LONGEST_S} seconds; it is ${value}`,
    );
  }
}

/**
 * Returns limits with the defaults of those that are not given. Throws TypeError for an unknown name or a
 * value that is no number, RangeError for a number that cannot be a limit.
 */
export function checkLimits(limits: Partial<Limits> = {}): Limits {
  checkOptions('limits', limits, { known: Object.keys(RULES), alsoCalled: ALSO_CALLED });
  const given: Partial<Limits> = {};
  for (const [name, value] of Object.entries(limits)) {
    if (isLimit(name) && value !== undefined) {
      checkLimit(name, value);
      Object.assign(given, { [name]: value });
    }
  }
  return { ...DEFAULT_LIMITS, ...given };
}
