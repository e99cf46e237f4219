/** The version of this package. */
import { readFileSync } from 'node:fs';

/** The version in a bundle: scripts/bundle.mjs puts it in. */
declare const REMCTL_VERSION: string | undefined;

/** Returns the version, such as `1.2.3`. */
export function version(): string {
  if (typeof REMCTL_VERSION === 'string') {
    return REMCTL_VERSION;
  }
  const packageFile = new URL('../package.json', import.meta.url);
  return JSON.parse(readFileSync(packageFile, 'utf8')).version;
}
