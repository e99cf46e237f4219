/**
 * The checks of what callers pass in, made before anything is sent. TypeError where the type is
 * wrong (the API text's TypeError), RangeError where the type is right and the value is not
 * acceptable (its ValueError).
 */
import { isIP } from 'node:net';
import type { Credentials } from './backend.js';
import { RemctlUnsupportedError } from './errors.js';
import { MESSAGE_MAX_LENGTH, NUMBER_LENGTH } from './wire.js';

/** A command: its words, each text (sent as UTF-8) or bytes. Never one string: nothing splits it. */
export type Command = Iterable<string | Uint8Array>;

/** Where to connect, and as whom the server must prove itself. */
export interface Target {
  /** The server's name or address. */
  readonly host: string;
  /** 1 to 65535. Left out, null or 0: 4373 first, then the legacy 4444. */
  readonly port?: number | null | undefined;
  /** The server's principal. Left out or null: host/<host>, its realm by the domain-realm mapping. */
  readonly principal?: string | null | undefined;
}

/** A target after its checks: what was left out is undefined. */
export interface CheckedTarget {
  readonly host: string;
  readonly port: number | undefined;
  readonly principal: string | undefined;
}

/** Whose credentials to use; at most one kind. Without any, the Kerberos library's defaults hold. */
export type CredentialOptions =
  | {
      /** A credential cache, such as `FILE:/run/app/krb5cc`. */
      readonly ccache?: string | undefined;
      readonly keytab?: undefined;
      readonly password?: undefined;
      readonly clientPrincipal?: undefined;
    }
  | {
      /** A keytab file; tickets are obtained with it, so that no kinit is needed. */
      readonly keytab: string;
      /** Whose key in the keytab: `service/host@REALM`. */
      readonly clientPrincipal: string;
      readonly ccache?: undefined;
      readonly password?: undefined;
    }
  | {
      readonly password: string;
      readonly clientPrincipal: string;
      readonly ccache?: undefined;
      readonly keytab?: undefined;
    };

const HIGHEST_PORT = 65535;
/** The longest delay that timers take: 2^31 - 1 ms. */
const LONGEST_TIMEOUT_MS = 0x7fffffff;
const MS_PER_SECOND = 1000;

const utf8 = new TextEncoder();

function kindOf(value: unknown): string {
  if (value === null || value === undefined) {
    return String(value);
  }
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

/** A string without NUL, not empty. `name` is how the caller knows it. */
function checkText(name: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new TypeError(`${name} must be a string, not ${kindOf(value)}`);
  }
  if (value === '') {
    throw new RangeError(`${name} must not be empty`);
  }
  if (value.includes('\0')) {
    throw new RangeError(`${name} must not contain a NUL character`);
  }
  if (!value.isWellFormed()) {
    throw new RangeError(`${name} holds a lone surrogate, which UTF-8 cannot carry`);
  }
  return value;
}

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

/** Errors: TypeError and RangeError, for host, port and principal, in this order. */
export function checkTarget(target: Target): CheckedTarget {
  if (typeof target !== 'object' || target === null) {
    throw new TypeError('a target must be an object: { host, port?, principal? }');
  }
  if (target.host === undefined) {
    throw new TypeError('host is missing: the server to connect to');
  }
  const { principal } = target;
  return {
    host: checkText('host', target.host),
    port: checkPort(target.port),
    principal:
      principal === undefined || principal === null ? undefined : checkText('principal', principal),
  };
}

/**
 * A command as bytes: text is "encoded in UTF-8", bytes are copied, so that a later change by the
 * caller changes nothing here.
 *
 * Errors: TypeError where it is not a list of text and bytes (one string is refused: it would be
 * taken apart letter by letter); RangeError where it is empty, or text holds a lone surrogate.
 */
export function encodeCommand(command: Command): Uint8Array[] {
  const given: unknown = command;
  if (typeof given === 'string' || given instanceof Uint8Array) {
    throw new TypeError("command must be a list of words, such as ['account', 'show'], not one");
  }
  if (typeof given !== 'object' || given === null || !(Symbol.iterator in given)) {
    throw new TypeError(
      `command must be an iterable of strings and Uint8Arrays, not ${kindOf(given)}`,
    );
  }
  const words: Uint8Array[] = [];
  for (const word of command as Iterable<unknown>) {
    if (typeof word === 'string') {
      if (!word.isWellFormed()) {
        throw new RangeError(
          `command[${words.length}] holds a lone surrogate, which UTF-8 cannot carry: pass bytes`,
        );
      }
      words.push(utf8.encode(word));
    } else if (word instanceof Uint8Array) {
      words.push(Uint8Array.prototype.slice.call(word));
    } else {
      throw new TypeError(
        `command[${words.length}] must be a string or a Uint8Array, not ${kindOf(word)}`,
      );
    }
  }
  if (words.length === 0) {
    throw new RangeError('command must not be empty');
  }
  return words;
}

/**
 * A command for a server of protocol 1, which takes one message (specification, section 3).
 *
 * Errors: RemctlUnsupportedError where it is longer than a message may be.
 */
export function checkFitsProtocol1(words: readonly Uint8Array[]): void {
  const length = words.reduce((sum, word) => sum + NUMBER_LENGTH + word.length, NUMBER_LENGTH);
  if (length <= MESSAGE_MAX_LENGTH) {
    return;
  }
  throw new RemctlUnsupportedError(
    `the command has ${length} octets; a server of protocol 1 takes at most ${MESSAGE_MAX_LENGTH}`,
  );
}

/**
 * A time-out in milliseconds from one in seconds; 0 stands for none.
 *
 * Errors: TypeError; RangeError where it is negative, not finite, or more than 2,147,483 seconds.
 */
export function checkTimeout(seconds: number): number {
  if (typeof seconds !== 'number') {
    throw new TypeError(`timeout must be a number of seconds, not ${kindOf(seconds)}`);
  }
  const ms = Math.ceil(seconds * MS_PER_SECOND);
  if (!(seconds >= 0 && ms <= LONGEST_TIMEOUT_MS)) {
    const longest = Math.floor(LONGEST_TIMEOUT_MS / MS_PER_SECOND);
    throw new RangeError(`timeout must be from 0 (none) to ${longest} seconds; it is ${seconds}`);
  }
  return ms;
}

/**
 * Bytes that a run may keep.
 *
 * Errors: TypeError; RangeError if it is neither a whole number from 0 on nor Infinity.
 */
export function checkMaxOutput(maxOutput: number): number {
  if (typeof maxOutput !== 'number') {
    throw new TypeError(`maxOutput must be a number of bytes, not ${kindOf(maxOutput)}`);
  }
  const isWhole = Number.isSafeInteger(maxOutput) || maxOutput === Number.POSITIVE_INFINITY;
  if (!isWhole || maxOutput < 0) {
    throw new RangeError(
      `maxOutput must be a whole number of bytes from 0 on, or Infinity; it is ${maxOutput}`,
    );
  }
  return maxOutput;
}

function checkOptions(options: unknown): void {
  if (typeof options === 'object' && options !== null) {
    return;
  }
  throw new TypeError(`the options must be an object, not ${kindOf(options)}`);
}

/** Whether it can be used as an AbortSignal: one of another global object, as test runners have, can. */
function isSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    typeof value.aborted === 'boolean' &&
    'throwIfAborted' in value &&
    typeof value.throwIfAborted === 'function' &&
    'addEventListener' in value &&
    typeof value.addEventListener === 'function'
  );
}

/** The signal among a call's options. Errors: TypeError. */
export function checkSignal(options: {
  readonly signal?: AbortSignal | undefined;
}): AbortSignal | undefined {
  checkOptions(options);
  const signal: unknown = options.signal;
  if (signal === undefined || isSignal(signal)) {
    return signal;
  }
  throw new TypeError(`signal must be an AbortSignal, not ${kindOf(signal)}`);
}

/** Errors: RangeError where it is neither 1 nor 2. */
export function checkMinProtocol(minProtocol: 1 | 2): 1 | 2 {
  if (minProtocol !== 1 && minProtocol !== 2) {
    throw new RangeError(
      `minProtocol must be 1 or 2 (which stands for 2 and 3); it is ${minProtocol}`,
    );
  }
  return minProtocol;
}

/**
 * Errors: TypeError; RangeError where it is no numeric address: "It must be an IP address, not a
 * host name."
 */
export function checkSourceIp(source: string): string {
  if (isIP(checkText('source', source)) === 0) {
    throw new RangeError(
      `source must be an IPv4 or IPv6 address, not a host name; it is ${JSON.stringify(source)}`,
    );
  }
  return source;
}

/** Errors: TypeError and RangeError. */
export function checkCcache(ccache: string): Credentials {
  return { type: 'ccache', ccache: checkText('ccache', ccache) };
}

/**
 * The one kind of credentials among the options.
 *
 * Errors: TypeError where two kinds are given, or a keytab or a password without `clientPrincipal`.
 */
export function checkCredentials(options: CredentialOptions): Credentials | undefined {
  checkOptions(options);
  const { ccache, keytab, password, clientPrincipal } = options;
  const given = Object.entries({ ccache, keytab, password })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (given.length > 1) {
    throw new TypeError(`give one kind of credentials, not ${given.join(' and ')}`);
  }
  if (ccache !== undefined) {
    return checkCcache(ccache);
  }
  if (given.length === 0) {
    if (clientPrincipal === undefined) {
      return undefined;
    }
    throw new TypeError('clientPrincipal goes with a keytab or a password; neither is given');
  }
  if (clientPrincipal === undefined) {
    throw new TypeError(`${given.join()} needs clientPrincipal, the principal that it belongs to`);
  }
  const principal = checkText('clientPrincipal', clientPrincipal);
  if (keytab !== undefined) {
    return { type: 'keytab', keytab: checkText('keytab', keytab), clientPrincipal: principal };
  }
  return {
    type: 'password',
    password: checkText('password', password),
    clientPrincipal: principal,
  };
}
