/** Host names without a dot (krb5.conf's qualify_shortname). */
import { hostname } from 'node:os';
import type { Krb5Config } from '../config/krb5-config.js';
import { readFileUpTo, systemErrorCode } from '../file/read-file.js';

const RESOLVER_CONFIGURATION = '/etc/resolv.conf';
/** Bytes; more than any real one has. */
const MAX_RESOLVER_CONFIGURATION = 64 * 1024;

/** The first domain that the system's resolver searches (resolver(5)); undefined for none. */
export function searchDomain(configuration: string, host: string): string | undefined {
  const lists = [...configuration.matchAll(/^(?:search|domain)[ \t]+(\S+)/gm)];
  const configured = lists.at(-1)?.[1];
  const dot = host.indexOf('.');
  const own = dot === -1 ? undefined : host.slice(dot + 1);
  return configured ?? own;
}

async function systemSearchDomain(): Promise<string | undefined> {
  let configuration = '';
  try {
    const bytes = await readFileUpTo(RESOLVER_CONFIGURATION, MAX_RESOLVER_CONFIGURATION);
    configuration = bytes?.toString('utf8') ?? '';
  } catch (error) {
    if (systemErrorCode(error) === undefined) {
      throw error;
    }
    // Without that file the host's own domain is left.
  }
  return searchDomain(configuration, hostname());
}

/**
 * `host` with a domain where it has none: qualify_shortname's, or the first that the system searches. For
 * a name that DNS has not completed.
 */
export async function qualifiedHost(
  host: string,
  { qualifyShortname }: Krb5Config,
): Promise<string> {
  if (host.includes('.') || host.includes(':')) {
    return host;
  }
  const domain = qualifyShortname ?? (await systemSearchDomain());
  return domain === undefined || domain === '' ? host : `${host}.${domain}`;
}
