/** Where to connect: server, port, principal, source address. */
import { isIP } from 'node:net';
import { checkOptionNames, type OptionNames } from '../option-names/check-option-names.js';
import { checkFlag, checkText, kindOf } from './checks.js';

/** The server to connect to, and the principal that it must prove. */
export interface Target {
  /** The server's name or address. */
  readonly host: string;
  /** 1 to 65535. Without it, or with null or 0: 4373, then the legacy port 4444. */
  readonly port?: number | null | undefined;
  /** The server's principal. Without it, or with null: host/<host>, in the realm that krb5.conf maps it to. */
  readonly principal?: string | null | undefined;
  /**
   * Whether the host's name becomes canonical first, as in the program `remctl` without -s: the client then
   * connects to the canonical name and asks for its principal, whatever krb5.conf says. The default is false:
   * the name stays, and krb5.conf says for which name the principal is. One answer of the resolver serves
   * for the address and the principal in either case.
   */
  readonly canonicalize?: boolean | undefined;
}

/** A target after its checks. Undefined stands for what the caller left out. */
export interface CheckedTarget {
  readonly host: string;
  readonly port: number | undefined;
  readonly principal: string | undefined;
  readonly canonicalize: boolean;
}

const HIGHEST_PORT = 65535;

function checkPort(port: unknown): number | undefined {
  if (port === undefined || port === null) {
    return undefined;
  }
  const wanted = `port must be a whole number from 1 to ${HIGHEST_PORT}, or 0 or null for the default`;
  if (typeof port !== 'number') {
    const isDigits = typeof port === 'string' && /^\d{1,5}$/.test(port);
    const given = typeof port === 'string' ? `the string ${JSON.stringify(port)}` : kindOf(port);
    throw new TypeError(`${wanted}; it is ${given}${isDigits ? `: pass ${Number(port)}` : ''}`);
  }
  if (!Number.isInteger(port) || port < 0 || port > HIGHEST_PORT) {
    throw new RangeError(`${wanted}; it is ${port}`);
  }
  return port === 0 ? undefined : port;
}

function checkObject(target: unknown): asserts target is object {
  if (typeof target !== 'object' || target === null) {
    throw new TypeError('a target must be an object: { host, port?, principal? }');
  }
}

/** As `checkTarget`. Throws TypeError also for an option that is not among `names`; `of` is what has it. */
export function checkTargetAlone(of: string, target: Target, names: OptionNames): CheckedTarget {
  checkObject(target);
  checkOptionNames(of, target, names);
  return checkTarget(target);
}

/**
 * Checks host, port and principal, in this order. The object may have other properties. Throws TypeError and
 * RangeError.
 */
export function checkTarget(target: Target): CheckedTarget {
  checkObject(target);
  if (target.host === undefined) {
    throw new TypeError('host is missing: the server to connect to');
  }
  const { principal } = target;
  return {
    host: checkText('host', target.host),
    port: checkPort(target.port),
    principal:
      principal === undefined || principal === null ? undefined : checkText('principal', principal),
    canonicalize: checkFlag('canonicalize', target.canonicalize),
  };
}

/**
 * Checks a source address. Throws TypeError, and RangeError if it is no numeric address: "It must be an IP
 * address, not a host name" (Python README, "Remctl.set_source_ip()").
 */
export function checkSourceIp(source: string): string {
  if (isIP(checkText('source', source)) === 0) {
    throw new RangeError(
      `source must be an IPv4 or IPv6 address, not a host name; it is ${JSON.stringify(source)}`,
    );
  }
  return source;
}
