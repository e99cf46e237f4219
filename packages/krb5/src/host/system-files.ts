/** What the system says of how it finds hosts, read again once what was read is a second old. */
import { readFileUpTo, systemErrorCode } from '../file/read-file.js';
import { type HostsLine, parseHosts } from './hosts-file.js';

const HOSTS = '/etc/hosts';
const NSSWITCH = '/etc/nsswitch.conf';
const RESOLV_CONF = '/etc/resolv.conf';
/** Bytes that are read of each; block lists make large hosts files. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_AGE_MS = 1000;

/** What is asked without nsswitch.conf, as by musl, or without a line for hosts. */
const DEFAULT_SERVICES: readonly string[] = ['files', 'dns'];
/** resolv.conf's bounds (resolver(5)). */
const DEFAULT_NDOTS = 1;
const MAX_NDOTS = 15;

export interface SystemFiles {
  readonly hosts: readonly HostsLine[];
  /**
   * nsswitch.conf's services for hosts, in their order: `files`, `dns`, `resolve`, `myhostname` and
   * so on.
   */
  readonly services: readonly string[];
  /** resolv.conf's domains for names with fewer dots than `ndots`. */
  readonly search: readonly string[];
  readonly ndots: number;
}

/** The services of the `hosts` line; what to do after each of them (in brackets) is left out. */
export function parseServices(text: string): readonly string[] {
  const line = /^[ \t]*hosts:([^#\n]*)/m.exec(text)?.[1];
  const services =
    line
      ?.replace(/\[[^\]]*\]/g, ' ')
      .split(/\s+/)
      .filter(Boolean) ?? [];
  return services.length > 0 ? services : DEFAULT_SERVICES;
}

/** The last `search` or `domain` line, and `options ndots:N`. */
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

/** The text of a file; empty if there is none that may be read. */
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

/** Rejects with the system's error, such as EMFILE; that is not remembered. */
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
