/** Reads /etc/hosts, nsswitch.conf and resolv.conf, at most once a second. */
import { readFileUpTo, systemErrorCode } from '../file/read-file.js';
import { type HostsLine, parseHosts } from './hosts-file.js';

const HOSTS = '/etc/hosts';
const NSSWITCH = '/etc/nsswitch.conf';
const RESOLV_CONF = '/etc/resolv.conf';
/** A longer file counts as empty. Block lists make large hosts files. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_AGE_MS = 1000;

/**
 * The services to ask if there is no nsswitch.conf, as with musl, or if it has no line for hosts.
 */
const DEFAULT_SERVICES: readonly string[] = ['files', 'dns'];
/** The default and the bound of resolv.conf's ndots (resolver(5)). */
const DEFAULT_NDOTS = 1;
const MAX_NDOTS = 15;

/** The system's settings for look-ups of hosts. */
export interface SystemFiles {
  readonly hosts: readonly HostsLine[];
  /**
   * nsswitch.conf's services for hosts, in order: `files`, `dns`, `resolve`, `myhostname` and so
   * on.
   */
  readonly services: readonly string[];
  /** resolv.conf's domains for names with fewer dots than `ndots`. */
  readonly search: readonly string[];
  /** resolv.conf's ndots: a name with fewer dots is tried with the `search` domains first. */
  readonly ndots: number;
}

/** Parses nsswitch.conf: the services of the `hosts` line, without the actions in brackets. */
export function parseServices(text: string): readonly string[] {
  const line = /^[ \t]*hosts:([^#\n]*)/m.exec(text)?.[1];
  const services =
    line
      ?.replace(/\[[^\]]*\]/g, ' ')
      .split(/\s+/)
      .filter(Boolean) ?? [];
  return services.length > 0 ? services : DEFAULT_SERVICES;
}

/**
 * Parses resolv.conf: the last `search` or `domain` line, and the last `options ndots:N`, at most
 * 15.
 */
export function parseResolvConf(text: string): Pick<SystemFiles, 'search' | 'ndots'> {
  const lists = [...text.matchAll(/^(?:search|domain)[ \t]+(.*)$/gm)];
  const search = (lists.at(-1)?.[1] ?? '')
    .split(/[ \t]+/)
    .filter((each) => each !== '' && each !== '.');
  const ndots = [...text.matchAll(/^options[ \t].*?\bndots:(\d+)/gm)].at(-1)?.[1];
  return {
    search,
    ndots: ndots === undefined ? DEFAULT_NDOTS : Math.min(Number(ndots), MAX_NDOTS),
  };
}

/** Returns the text of a file; empty if it does not exist or may not be read. */
async function textOf(path: string): Promise<string> {
  try {
    return (await readFileUpTo(path, MAX_BYTES))?.toString('utf8') ?? '';
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM' || code === 'ENOTDIR') {
      return '';
    }
    throw error;
  }
}

async function read(): Promise<SystemFiles> {
  const [hosts, nsswitch, resolvConf] = await Promise.all(
    [HOSTS, NSSWITCH, RESOLV_CONF].map(textOf),
  );
  return {
    hosts: parseHosts(hosts ?? ''),
    services: parseServices(nsswitch ?? ''),
    ...parseResolvConf(resolvConf ?? ''),
  };
}

let last: { readonly files: Promise<SystemFiles>; readonly readAt: number } | undefined;

/**
 * Returns the system's settings, at most a second old. Throws the system's error, such as EMFILE,
 * if a file cannot be read; the next call then reads again.
 */
export function systemFiles(): Promise<SystemFiles> {
  const now = performance.now();
  if (last === undefined || now - last.readAt > MAX_AGE_MS) {
    const begun = { files: read(), readAt: now };
    last = begun;
    begun.files.catch(() => {
      if (last === begun) {
        last = undefined;
      }
    });
  }
  return last.files;
}
