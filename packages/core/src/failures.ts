/**
 * The errors of connections: one wording for every backend.
 *
 * If libremctl has a text for the same condition, the message begins with that text: scripts and people
 * know it. The table in this package's README shows both.
 */
import type { AuthenticationCode } from './authentication-code.js';
import {
  type NetworkPhase,
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlNotOpenedError,
  RemctlTimeoutError,
  RemctlUnsupportedError,
} from './errors.js';

/** The server that a connection leads to. */
export interface Server {
  readonly host: string;
  readonly port: number;
}

/** What the system says of a failure. */
export interface SystemFailure {
  /** The system's name, such as `ECONNREFUSED`. */
  readonly code: string;
  /** The C library's text, such as `Connection refused`. */
  readonly text: string;
}

const MS_PER_SECOND = 1000;

function seconds(ms: number): string {
  return `${ms / MS_PER_SECOND} s`;
}

function causedBy(cause: unknown): { readonly cause?: unknown } {
  return cause === undefined ? {} : { cause };
}

/** How messages name a server: `host (port N)`. */
export function serverName({ host, port }: Server): string {
  return `${host} (port ${port})`;
}

/** The name does not resolve: phase `resolve`. */
export function unknownHost(
  host: string,
  { code, text }: SystemFailure,
  cause?: unknown,
): RemctlNetworkError {
  const message = `unknown host ${host}: ${text}`;
  return new RemctlNetworkError(message, { code, phase: 'resolve' }, causedBy(cause));
}

/** The name does not become canonical (`canonicalize`): phase `resolve`. */
export function cannotResolve(
  host: string,
  { code, text }: SystemFailure,
  cause?: unknown,
): RemctlNetworkError {
  const message = `cannot resolve host ${host}: ${text}`;
  return new RemctlNetworkError(message, { code, phase: 'resolve' }, causedBy(cause));
}

/** The name has no address of the source address's family: ENOTFOUND, phase `resolve`. */
export function noAddressOfFamily(host: string, family: number): RemctlNetworkError {
  return unknownHost(host, {
    code: 'ENOTFOUND',
    text: `it has no IPv${family} address, and the source address is one`,
  });
}

/**
 * No address takes a connection: phase `connect`. A reset is of phase `negotiate`: the server took the
 * connection and dropped it before the client had noticed.
 */
export function cannotConnect(
  server: Server,
  { code, text }: SystemFailure,
  cause?: unknown,
): RemctlNetworkError {
  const phase = code === 'ECONNRESET' ? 'negotiate' : 'connect';
  const message = `cannot connect to ${serverName(server)}: ${text}`;
  return new RemctlNetworkError(message, { code, phase }, causedBy(cause));
}

const FREE_FILES =
  'close connections and files that are not needed, or raise the limit of open files';
const FREE_MEMORY = 'end something, or raise the limit of memory';
const FREE_THREADS = 'close connections that are not needed, or raise the limit of threads';

/** What a process or machine can run out of, by the system's name, and what to do then. */
const SHORTAGE_REMEDIES: ReadonlyMap<string, string> = new Map([
  ['EMFILE', FREE_FILES],
  ['ENFILE', FREE_FILES],
  ['ENOBUFS', FREE_MEMORY],
  ['ENOMEM', FREE_MEMORY],
  ['EAGAIN', FREE_THREADS],
]);

/** Whether the system's name stands for a shortage: of open files, memory or threads. */
export function isShortageCode(code: string): boolean {
  return SHORTAGE_REMEDIES.has(code);
}

/**
 * This process or machine has run out of something (`isShortageCode`). The phase is `connect`, wherever it
 * happened: the server has dropped nothing, so core does not try again.
 */
export function shortage(
  server: Server,
  { code, text }: SystemFailure,
  cause?: unknown,
): RemctlNetworkError {
  const remedy = SHORTAGE_REMEDIES.get(code);
  const message = `cannot connect to ${serverName(server)}: ${text} (${code})`;
  return new RemctlNetworkError(
    remedy === undefined ? message : `${message}: ${remedy}`,
    { code, phase: 'connect' },
    causedBy(cause),
  );
}

/** A phase took longer than the time-out, or the server was silent for as long. */
export function timedOut(
  server: Server,
  phase: NetworkPhase,
  timeoutMs: number,
  cause?: unknown,
): RemctlTimeoutError {
  const after = seconds(timeoutMs);
  const at = serverName(server);
  const messages: Readonly<Record<NetworkPhase, string>> = {
    resolve: `unknown host ${server.host}: timed out: its name did not resolve within ${after}`,
    connect: `cannot connect to ${at}: timed out: no connection within ${after}`,
    negotiate: `error receiving token: timed out: ${at} was silent for ${after} during authentication`,
    command: `error receiving token: timed out: ${at} was silent for ${after}`,
  };
  return new RemctlTimeoutError(messages[phase], { phase }, causedBy(cause));
}

/** How far a negotiation had come when its time was over. */
export interface NegotiationProgress {
  /** Whom the client waited for: a KDC, for the ticket, or the server. */
  readonly awaited: 'kdc' | 'server';
  /** Bytes that the server had sent. */
  readonly received: number;
}

/** The negotiation took longer than its deadline, whatever arrived meanwhile. */
export function negotiationTimedOut(
  server: Server,
  deadlineMs: number,
  { awaited, received }: NegotiationProgress,
): RemctlTimeoutError {
  const after = seconds(deadlineMs);
  const at = serverName(server);
  const did =
    received === 0 ? 'it was silent' : `it sent ${received} bytes, then was silent or too slow`;
  const message =
    awaited === 'kdc'
      ? `GSS-API error initializing context: timed out: authentication to ${at} took more than ${after}: ` +
        "a KDC is silent or slow; check the realm's KDCs in krb5.conf, or set a longer time-out"
      : `error receiving token: timed out: ${at} did not authenticate itself within ${after}: ${did}; ` +
        'look at the server and its log, or set a longer time-out';
  return new RemctlTimeoutError(message, { phase: 'negotiate' });
}

/** The part of an operation that failed, as libremctl calls it. */
export type TokenOperation = 'receiving token' | 'sending token' | 'sending initial token';

/** What to look at when a server ends an open: remctld does that for a principal that it has no key for. */
const DROPPED_HINT = ' during authentication: its log says why (often it has no key for the name)';

/** The connection broke. Without `failure` the server ended it: code `EOF`. */
export function connectionBroken(
  server: Server,
  phase: 'negotiate' | 'command',
  failure?: SystemFailure,
  { operation, cause }: { operation?: TokenOperation | undefined; cause?: unknown } = {},
): RemctlNetworkError {
  const { code, text } = failure ?? { code: 'EOF', text: 'unexpected end of file' };
  const did = operation ?? (code === 'EPIPE' ? 'sending token' : 'receiving token');
  const at = serverName(server);
  const what = code === 'EOF' ? `${at} closed the connection` : `the connection to ${at} broke`;
  const hint = phase === 'negotiate' ? DROPPED_HINT : '';
  const message = `error ${did}: ${text}: ${what}${hint}`;
  return new RemctlNetworkError(message, { code, phase }, causedBy(cause));
}

/** The client ended the connection: code `ECONNABORTED`. */
export function connectionAborted(): RemctlNetworkError {
  return new RemctlNetworkError('the connection was aborted', {
    code: 'ECONNABORTED',
    phase: 'command',
  });
}

/** The server sent something before a command or a NOOP asked for it. */
export function unaskedToken(server: Server): RemctlInvalidTokenError {
  return unexpectedToken(`${serverName(server)} sent a message that nothing had asked for`);
}

/** A token has wrong flags, or comes at the wrong moment. */
export function unexpectedToken(detail: string): RemctlInvalidTokenError {
  return new RemctlInvalidTokenError(`unexpected token from server: ${detail}`);
}

/** A message breaks the protocol's rules for its bytes. */
export function malformedMessage(detail: string): RemctlInvalidTokenError {
  return new RemctlInvalidTokenError(`malformed result token from server: ${detail}`);
}

/** The server broke the protocol, in the words of a library: `text`. */
export function invalidToken(server: Server, text: string): RemctlInvalidTokenError {
  return new RemctlInvalidTokenError(`${text}: ${serverName(server)} broke the protocol`);
}

/** A token claims more bytes than a token may have. */
export function tokenTooLarge(length: number, most: number): RemctlInvalidTokenError {
  return new RemctlInvalidTokenError(
    `error receiving token: token too large: the server sent ${length} bytes; at most ${most} are allowed`,
  );
}

/** GSS-API refuses to open a token, or to verify its checksum. */
export function unreadableToken(detail: string, cause: unknown): RemctlInvalidTokenError {
  const message = `GSS-API error receiving token: the server sent ${detail}`;
  return new RemctlInvalidTokenError(message, causedBy(cause));
}

/**
 * Kerberos or GSS-API refuses: no ticket, an expired one, a wrong principal. `code` names the failure, if the
 * backend knows.
 */
export function authenticationFailed(
  server: Server,
  reason: string,
  {
    code,
    cause,
  }: { readonly code?: AuthenticationCode | undefined; readonly cause?: unknown } = {},
): RemctlAuthenticationError {
  return new RemctlAuthenticationError(
    `GSS-API error initializing context: cannot authenticate to ${serverName(server)}: ${reason}`,
    { code, ...causedBy(cause) },
  );
}

/** The server's protocol, 1 or 2, has no MESSAGE_NOOP. */
export function noopUnsupported(protocol: number): RemctlUnsupportedError {
  return new RemctlUnsupportedError(
    `NOOP message not supported: the server speaks protocol ${protocol}, which has none`,
  );
}

/** No connection is open. `because` says why and, if that is not plain, what to do. */
export function notOpened(because: string): RemctlNotOpenedError {
  return new RemctlNotOpenedError(`no currently open connection: ${because}`);
}
