/** The configuration that the environment names, read again once what was read is a second old. */
import { type Krb5Config, readKrb5Config } from './krb5-config.js';

const MAX_AGE_MS = 1000;

let last: { config: Promise<Krb5Config>; name: string | undefined; readAt: number } | undefined;

/** Rejects as `readKrb5Config`. */
export function currentConfig(): Promise<Krb5Config> {
  const name = process.env.KRB5_CONFIG;
  const now = performance.now();
  if (last === undefined || last.name !== name || now - last.readAt > MAX_AGE_MS) {
    const read = { config: readKrb5Config(), name, readAt: now };
    last = read;
    // What kept it from being read, such as too many open files, may be over by the next call.
    read.config.catch(() => {
      if (last === read) {
        last = undefined;
      }
    });
  }
  return last.config;
}
