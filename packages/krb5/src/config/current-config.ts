/** The configuration that the environment names, kept for a second. */
import { type Krb5Config, readKrb5Config } from './krb5-config.js';

const MAX_AGE_MS = 1000;

/** A configuration that was read or is being read. */
export interface ReadConfig {
  readonly config: Promise<Krb5Config>;
  /** KRB5_CONFIG at that time. */
  readonly name: string | undefined;
  /** `performance.now()` at that time. */
  readonly readAt: number;
}

/** The configuration that was read last. */
export interface ConfigMemory {
  last: ReadConfig | undefined;
}

/**
 * Returns the configuration that KRB5_CONFIG names, read at most a second ago. Throws as
 * `readKrb5Config` does.
 */
export function rememberedConfig(memory: ConfigMemory): Promise<Krb5Config> {
  const name = process.env.KRB5_CONFIG;
  const now = performance.now();
  const { last } = memory;
  if (last !== undefined && last.name === name && now - last.readAt <= MAX_AGE_MS) {
    return last.config;
  }
  const read: ReadConfig = { config: readKrb5Config(), name, readAt: now };
  memory.last = read;
  // The reason why it could not be read, such as too many open files, may be over by the next call.
  read.config.catch(() => {
    if (memory.last === read) {
      memory.last = undefined;
    }
  });
  return read.config;
}
