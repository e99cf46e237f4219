/** Tells subscribers about values in krb5.conf that are passed over. */
import { channel } from 'node:diagnostics_channel';
import type { Krb5Config } from '../config/krb5-config.js';
import type { PassedOver } from '../config/passed-over.js';
import { recentlyUsed } from '../recently-used.js';
import { passedOverValues } from './passed-over-kdcs.js';

/** The name of the channel of `node:diagnostics_channel`. Its messages are `PassedOver`. */
export const PASSED_OVER_CHANNEL = 'remctl:krb5:config:passed-over';

/** The most values that are remembered as told. */
const MAX_TOLD = 256;

const passedOver = channel(PASSED_OVER_CHANNEL);
const told = recentlyUsed<true>(MAX_TOLD);

/**
 * Publishes each value of the configuration that is passed over, once in the process: a line that
 * changes is told again. Without a subscriber nothing is looked at.
 */
export function tellPassedOver(config: Krb5Config): void {
  if (!passedOver.hasSubscribers) {
    return;
  }
  for (const value of passedOverValues(config)) {
    const key = JSON.stringify(value);
    if (told.get(key) === undefined) {
      told.set(key, true);
      passedOver.publish(value satisfies PassedOver);
    }
  }
}
