/** Tells subscribers about values in krb5.conf that are passed over. */
import { channel } from 'node:diagnostics_channel';
import type { Krb5Config } from '../config/krb5-config.js';
import type { PassedOver } from '../config/passed-over.js';
import { recentlyUsed } from '../recently-used.js';
import { hearsWarnings, publishWarning } from '../trace/warning.js';
import { passedOverValues } from './passed-over-kdcs.js';

/** The name of the channel of `node:diagnostics_channel`. Its messages are `PassedOver`. */
export const PASSED_OVER_CHANNEL = 'remctl:krb5:config:passed-over';

/** The most configurations whose values are remembered as told. */
const MAX_CONFIGURATIONS = 64;

const passedOver = channel(PASSED_OVER_CHANNEL);

/** Tells somebody, who may not be listening. */
interface Listener {
  readonly isListening: () => boolean;
  readonly tell: (value: PassedOver) => void;
}

/** Returns what tells a listener each value once. */
function teller({ isListening, tell }: Listener): (config: Krb5Config) => void {
  /** What the last version of each configuration had, by its files: each value as JSON. */
  const told = recentlyUsed<ReadonlySet<string>>(MAX_CONFIGURATIONS);
  const seen = new WeakSet<Krb5Config>();
  return (config) => {
    if (!isListening() || seen.has(config)) {
      return;
    }
    seen.add(config);
    const { files, missing } = config.profile;
    const key = JSON.stringify([files.map(({ path }) => path), missing]);
    const before = told.get(key);
    const values = new Map(passedOverValues(config).map((value) => [JSON.stringify(value), value]));
    told.set(key, new Set(values.keys()));
    for (const [text, value] of values) {
      if (!before?.has(text)) {
        tell(value);
      }
    }
  };
}

const tellChannel = teller({
  isListening: () => passedOver.hasSubscribers,
  tell: (value) => passedOver.publish(value satisfies PassedOver),
});

const tellWarnings = teller({
  isListening: hearsWarnings,
  tell: ({ file, line, name, value, expected, instead }) =>
    publishWarning(
      'KRB5_CONF',
      `${file}, line ${line}: ${name} = ${value} is passed over, and ${instead} counts: write ${expected}`,
    ),
});

/**
 * Publishes each value of the configuration that is passed over, and that the last version of its
 * files did not have: once in the process, and again if the line has changed or come back. Without
 * a subscriber nothing is looked at, and later subscribers are told. Warnings have the same in words.
 */
export function tellPassedOver(config: Krb5Config): void {
  tellChannel(config);
  tellWarnings(config);
}
