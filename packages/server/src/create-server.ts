/** Creates a remctl server from its options. */
import { checkFunction, checkOptions, checkText, kindOf } from './check-arguments.js';
import { checkCommands } from './commands/check-command.js';
import { prepareCommands } from './commands/prepare-commands.js';
import { checkLimits, DEFAULT_LIMITS } from './limits.js';
import { guardedLog } from './log/guarded-log.js';
import { stderrLog } from './log/stderr-log.js';
import { type Server, serve } from './serve.js';
import type { ServerOptions } from './server-options.js';

/** The names in `ServerOptions`: a typo must not leave an option out. */
const OPTION_NAMES: readonly (keyof ServerOptions)[] = [
  'keytab',
  'principal',
  'commands',
  'protocol1',
  'log',
  'limits',
  'clockskew',
  'now',
];

/** What other functions and objects take. */
const ELSEWHERE = [
  { names: ['port', 'host'], advice: 'give it to listen() of the server' },
  { names: ['access', 'timeout'], advice: 'give it to each command' },
  { names: Object.keys(DEFAULT_LIMITS), advice: 'give it in limits' },
];

function checkClockskew(clockskew: unknown): void {
  if (clockskew === undefined) {
    return;
  }
  if (typeof clockskew !== 'number') {
    throw new TypeError(`clockskew must be a number of seconds, not ${kindOf(clockskew)}`);
  }
  if (!(clockskew >= 0 && clockskew < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`clockskew must be a number of seconds from 0 on; it is ${clockskew}`);
  }
}

function checkProtocol1(protocol1: unknown): void {
  if (protocol1 !== undefined && typeof protocol1 !== 'boolean') {
    throw new TypeError(`protocol1 must be true or false, not ${kindOf(protocol1)}`);
  }
}

/**
 * Creates a server. Nothing happens before `listen`. Throws TypeError or RangeError if an option is of the
 * wrong kind.
 */
export function createServer(options: ServerOptions): Server {
  checkOptions('the options of createServer()', options, {
    known: OPTION_NAMES,
    elsewhere: ELSEWHERE,
  });
  const { commands, principal, protocol1 = false, clockskew, now } = options;
  const keytab = checkText('keytab', options.keytab);
  if (principal !== undefined) {
    checkText('principal', principal);
  }
  checkCommands(commands);
  checkProtocol1(protocol1);
  checkClockskew(clockskew);
  checkFunction('log', options.log);
  checkFunction('now', now);
  const log = guardedLog(options.log ?? stderrLog);
  const limits = checkLimits(options.limits);
  return serve({
    keytab,
    principal,
    protocol1,
    log,
    limits,
    clockskew,
    now,
    prepare: (path) => prepareCommands({ commands, log, keytab: path }),
  });
}
