/** Reads /etc/hosts, nsswitch.conf and resolv.conf, at most once a second. */
import { hostname } from 'node:os';
import { readFileUpTo, systemErrorCode } from '../file/read-file.js';
import { type HostsLine, parseHosts } from './hosts-file.js';

const HOSTS = '/etc/hosts';
const NSSWITCH = '/etc/nsswitch.conf';
const RESOLV_CONF = '/etc/resolv.conf';
/** A longer file counts as empty. Block lists make large hosts files. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_AGE_MS = 1000;

/** A service of nsswitch.conf, and when no service after it is asked (nsswitch.conf(5)). */
export interface HostService {
  /** `files`, `dns`, `resolve`, `myhostname` and so on. */
  readonly name: string;
  /** Whether the search ends if the service does not know the host: `[NOTFOUND=return]`. */
  readonly endsIfUnknown: boolean;
  /** Whether the search ends if the service could not answer: `[TRYAGAIN=return]`. */
  readonly endsIfUnanswered: boolean;
}

/**
 * The services to ask if there is no nsswitch.conf, as with musl, or if it has no line for hosts.
 */
const DEFAULT_SERVICES: readonly HostService[] = ['files', 'dns'].map((name) => ({
  name,
  endsIfUnknown: false,
  endsIfUnanswered: false,
}));
/** The default and the bound of resolv.conf's ndots (resolver(5)). */
const DEFAULT_NDOTS = 1;
const MAX_NDOTS = 15;

/** The system's settings for look-ups of hosts. */
export interface SystemFiles {
  readonly hosts: readonly HostsLine[];
  /** nsswitch.conf's services for hosts, in order. */
  readonly services: readonly HostService[];
  /**
   * The domains for names with fewer dots than `ndots`: LOCALDOMAIN's, else resolv.conf's, else the
   * domain of this machine's own name.
   */
  readonly search: readonly string[];
  /** RES_OPTIONS' ndots, else resolv.conf's: a name with fewer dots has the domains first. */
  readonly ndots: number;
}

const CRITERION = /(!?)\s*(\w+)\s*=\s*(\w+)/g;

/** Whether `status` ends the search by the actions in brackets after a service. */
function endsBy(actions: string, status: string): boolean {
  let ends = false;
  for (const [, not, named = '', action = ''] of actions.matchAll(CRITERION)) {
    if ((named.toUpperCase() === status) !== (not === '!')) {
      ends = action.toLowerCase() === 'return';
    }
  }
  return ends;
}

/** Parses nsswitch.conf: the services of the `hosts` line, each with its actions in brackets. */
export function parseServices(text: string): readonly HostService[] {
  const line = /^[ \t]*hosts:([^#\n]*)/m.exec(text)?.[1] ?? '';
  const services = [...line.matchAll(/([^\s[\]]+)\s*((?:\[[^\]]*\]\s*)*)/g)].map(
    ([, name = '', actions = '']) => ({
      name,
      endsIfUnknown: endsBy(actions, 'NOTFOUND'),
      endsIfUnanswered: endsBy(actions, 'TRYAGAIN'),
    }),
  );
  return services.length > 0 ? services : DEFAULT_SERVICES;
}

const words = (text: string) => text.split(/\s+/).filter((each) => each !== '' && each !== '.');

/**
 * Returns the search list and ndots (resolver(5), resolv.conf(5)): from the last `search` or
 * `domain` line and the last `options ndots:N` of resolv.conf, unless the environment's LOCALDOMAIN
 * and RES_OPTIONS say otherwise. Without a domain, the one of `host`, this machine's name, counts.
 */
export function searchSettings(
  resolvConf: string,
  env: Readonly<Record<string, string | undefined>>,
  host: string,
): Pick<SystemFiles, 'search' | 'ndots'> {
  const inFile = [...resolvConf.matchAll(/^(?:search|domain)[ \t]+(.*)$/gm)].at(-1)?.[1];
  const listed = words(env.LOCALDOMAIN ?? inFile ?? '');
  const dot = host.indexOf('.');
  const own = dot === -1 ? [] : words(host.slice(dot + 1));
  const lines = [...resolvConf.matchAll(/^options[ \t](.*)$/gm)].map(([, line = '']) => line);
  const options = [...lines, env.RES_OPTIONS ?? ''].join(' ');
  const ndots = [...options.matchAll(/\bndots:(\d+)/g)].at(-1)?.[1];
  return {
    search: listed.length > 0 ? listed : own,
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
    ...searchSettings(resolvConf ?? '', process.env, hostname()),
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
