/** Turns the texts of libremctl and of the system into core's errors. */

import { isIP } from 'node:net';
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { isNativeError } from 'node:util/types';
import type { ConnectOptions, NetworkPhase, RemctlError } from '@remctl/core';
import {
  authenticationFailed,
  cannotConnect,
  cannotResolve,
  connectionBroken,
  invalidToken,
  isShortageCode,
  noAddressOfFamily,
  noopUnsupported,
  type Server,
  shortage,
  type TokenOperation,
  unaskedToken,
  unknownHost,
} from '@remctl/core/failures';
import { gssCode } from '@remctl/core/gss-code';
import { withGssRemedy } from '@remctl/core/gss-remedy';

/** A failure as the addon reports it (native/failure.h). */
export interface Failure {
  readonly phase: NetworkPhase;
  readonly text: string;
  /** The system's error, `E<number>` or a name; empty if the text is libremctl's. */
  readonly code: string;
}

/**
 * The server that a session connects to, and the address it connects from. `canonicalize` says that
 * the host's canonical name has yet to be found.
 */
export type Target = Pick<ConnectOptions, 'host' | 'port' | 'sourceIp' | 'canonicalize'>;

type TextsOfCodes = readonly (readonly [RegExp, string])[];

/** Texts by which libremctl says that the connection broke (glibc's or musl's), with the error's name. */
const BROKEN: TextsOfCodes = [
  [/unexpected end of file/, 'EOF'],
  [/Connection reset by peer/, 'ECONNRESET'],
  [/Broken pipe/, 'EPIPE'],
  [/Connection timed out|timed out/, 'ETIMEDOUT'],
  [/No route to host|Host is unreachable/, 'EHOSTUNREACH'],
];

/** Texts by which libraries say that this process lacks a resource, with the error's name. */
const SHORTAGES: TextsOfCodes = [
  [/Too many open files in system/, 'ENFILE'],
  [/Too many open files|No file descriptors available/, 'EMFILE'],
  [/Cannot allocate memory|Out of memory/i, 'ENOMEM'],
  [/No buffer space available/, 'ENOBUFS'],
];

function codeOf(text: string, codes: TextsOfCodes): string | undefined {
  return codes.find(([pattern]) => pattern.test(text))?.[1];
}

/** The names of errors by number. Where a number has two names, it is the one that POSIX has first. */
const NAMES: ReadonlyMap<number, string> = new Map([
  ...[...getSystemErrorMap()].map(([number, [name]]) => [-number, name] as const),
  ...Object.entries(constants.errno)
    .filter(([name]) => name !== 'EWOULDBLOCK' && name !== 'ENOTSUP')
    .map(([name, number]) => [number, name] as const),
]);

/** Returns the name of an error for which the addon has a number, "E<number>"; names as they are. */
function nameOf(code: string): string {
  const number = /^E(\d+)$/.exec(code)?.[1];
  return number === undefined ? code : (NAMES.get(Number(number)) ?? code);
}

/**
 * Returns the RemctlNetworkError for what the addon threw because the system has no thread. Returns
 * anything else as it is.
 */
export function noThreadError(error: unknown, server: Server): unknown {
  if (!(isNativeError(error) && 'code' in error && typeof error.code === 'string')) {
    return error;
  }
  const text = `no thread for a connection: ${error.message}`;
  return shortage(server, { code: nameOf(error.code), text }, error);
}

/** Texts by which libremctl says that the server broke the protocol. */
const INVALID =
  /malformed result token|unexpected (token|protocol|stream|message type)|unknown message type|invalid token format|token too large|GSS-API error (receiving|sending) token/;

/**
 * libremctl's text for MESSAGE_VERSION (protocol, section 2.2), with which a server of protocol 2
 * answers a NOOP.
 */
const VERSION_FOR_NOOP = 'unexpected message type 6';

/** The part of libremctl's texts that core's wording has too. */
const TOKEN_ERROR = /^error (receiving token|sending token|sending initial token): (.*)$/s;
const CONTEXT_ERROR = /^GSS-API error initializing context: /;

/** Returns the error of core that a failure means. */
export function errorOf({ phase, text, code: given }: Failure, server: Target): RemctlError {
  const code = nameOf(given);
  const brokenBy = codeOf(text, BROKEN);
  // The addon looks for a shortage during authentication. If the text gives another reason, that
  // holds.
  const seen = brokenBy === undefined && isShortageCode(code) ? code : undefined;
  const lacking = codeOf(text, SHORTAGES) ?? seen;
  if (lacking !== undefined && phase !== 'command') {
    return shortage(server, { code: lacking, text });
  }
  if (phase === 'resolve') {
    if (code === 'EAI_ADDRFAMILY') {
      return noAddressOfFamily(server.host, isIP(server.sourceIp ?? ''));
    }
    const failed = server.canonicalize ? cannotResolve : unknownHost;
    return failed(server.host, { code, text });
  }
  if (phase === 'connect') {
    return cannotConnect(server, { code, text });
  }
  if (text.includes(VERSION_FOR_NOOP)) {
    return noopUnsupported(2);
  }
  if (code !== '' || brokenBy !== undefined) {
    const [, operation, bare] = TOKEN_ERROR.exec(text) ?? [];
    return connectionBroken(
      server,
      phase,
      { code: brokenBy ?? code, text: bare ?? text },
      { operation: operation as TokenOperation | undefined },
    );
  }
  if (phase === 'command' || INVALID.test(text)) {
    return invalidToken(server, text);
  }
  const reason = text.replace(CONTEXT_ERROR, '');
  return authenticationFailed(server, withGssRemedy(reason), { code: gssCode(reason) });
}

/** Returns the error for what `Session.unasked` found on an idle connection. */
export function unaskedError(found: string, server: Server): RemctlError {
  if (found === 'DATA') {
    return unaskedToken(server);
  }
  if (found === 'EOF') {
    return connectionBroken(server, 'command');
  }
  const [name = '', text = ''] = found.split(/: (.*)/s);
  return connectionBroken(server, 'command', { code: nameOf(name), text });
}
