/** Turns the texts of libremctl and of the system into core's errors. */
import { getSystemErrorMap } from 'node:util';
import {
  type NetworkPhase,
  RemctlAuthenticationError,
  type RemctlError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlUnsupportedError,
} from '@remctl/core';
import { withGssRemedy } from '@remctl/core/gss-remedy';

/** A failure as the addon reports it (native/failure.h). */
export interface Failure {
  readonly phase: NetworkPhase;
  readonly text: string;
  /** The system's name for the error; empty if the text is libremctl's. */
  readonly code: string;
}

/** Texts by which libremctl says that the connection broke, each with the system's name. */
const BROKEN: readonly (readonly [RegExp, string])[] = [
  [/unexpected end of file/, 'EOF'],
  [/Connection reset by peer/, 'ECONNRESET'],
  [/Broken pipe/, 'EPIPE'],
  [/Connection timed out|timed out/, 'ETIMEDOUT'],
  [/No route to host/, 'EHOSTUNREACH'],
];

/** Texts by which libraries say that this process lacks a resource, each with the system's name. */
const SHORTAGES: readonly (readonly [RegExp, string])[] = [
  [/Too many open files in system/, 'ENFILE'],
  [/Too many open files/, 'EMFILE'],
  [/Cannot allocate memory/i, 'ENOMEM'],
  [/No buffer space available/, 'ENOBUFS'],
];

const FILES = 'close connections and files that are not needed, or raise the limit of open files';
/** What to do about a shortage, by its name. */
const SHORTAGE_REMEDIES: Readonly<Record<string, string>> = {
  EMFILE: FILES,
  ENFILE: FILES,
  ENOMEM: 'end something, or raise the limit of memory',
  ENOBUFS: 'end something, or raise the limit of memory',
};
const THREADS = 'close connections that are not needed, or raise the limit of threads';

function codeOf(
  text: string,
  codes: readonly (readonly [RegExp, string])[] = BROKEN,
): string | undefined {
  return codes.find(([pattern]) => pattern.test(text))?.[1];
}

/**
 * Returns the name of an error for which the addon had none but "E<number>"; other names as they
 * are.
 */
function nameOf(code: string): string {
  const number = /^E(\d+)$/.exec(code)?.[1];
  return number === undefined ? code : (getSystemErrorMap().get(-Number(number))?.[0] ?? code);
}

/**
 * Returns the error for a resource that this process lacks. Its phase is always `connect`: the
 * server has dropped nothing, so core must not try again.
 */
function shortageError(at: string, text: string, code: string): RemctlNetworkError {
  const message = `cannot connect to ${at}: ${text} (${code}): ${SHORTAGE_REMEDIES[code]}`;
  return new RemctlNetworkError(message, { code, phase: 'connect' });
}

/**
 * Returns the RemctlNetworkError for what the addon threw because the system has no thread. Returns
 * anything else as it is.
 */
export function noThreadError(error: unknown, host: string, port: number): unknown {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) {
    return error;
  }
  const code = nameOf(error.code);
  const at = `${host} (port ${port})`;
  return new RemctlNetworkError(
    `cannot connect to ${at}: no thread for a connection: ${error.message} (${code}): ${THREADS}`,
    { code, phase: 'connect' },
    { cause: error },
  );
}

/** Texts by which libremctl says that the server broke the protocol. */
const INVALID =
  /malformed result token|unexpected (token|protocol|stream|message type)|unknown message type|invalid token format|token too large|GSS-API error (receiving|sending) token/;

/**
 * libremctl's text for MESSAGE_VERSION (protocol, section 2.2), with which a server of protocol 2
 * answers a NOOP.
 */
const VERSION_FOR_NOOP = 'unexpected message type 6';

/** Returns the error of core that a failure means. */
export function errorOf(failure: Failure, host: string, port: number): RemctlError {
  const { text } = failure;
  const code = nameOf(failure.code);
  const at = `${host} (port ${port})`;
  const brokenBy = codeOf(text);
  // The addon looks for a shortage during authentication. If the text gives another reason, that
  // holds.
  const seen = brokenBy === undefined && code in SHORTAGE_REMEDIES ? code : undefined;
  const shortage = codeOf(text, SHORTAGES) ?? seen;
  if (shortage !== undefined && failure.phase !== 'command') {
    return shortageError(at, text, shortage);
  }
  // A connection that is reset was accepted before: the server dropped it, and core may try again.
  const dropped = failure.phase === 'connect' && code === 'ECONNRESET';
  const phase = dropped ? 'negotiate' : failure.phase;
  if (phase === 'resolve') {
    return new RemctlNetworkError(`unknown host ${host}: ${text}`, { code, phase });
  }
  if (phase === 'connect') {
    return new RemctlNetworkError(`cannot connect to ${at}: ${text}`, { code, phase });
  }
  if (text.includes(VERSION_FOR_NOOP)) {
    return new RemctlUnsupportedError('the server has no NOOP message: it speaks protocol 2');
  }
  if (code !== '' || brokenBy !== undefined) {
    const hint =
      phase === 'negotiate'
        ? ': the server hung up during authentication (its log says why; a principal that it has no key for does that)'
        : '';
    return new RemctlNetworkError(`${at}: ${text}${hint}`, {
      code: brokenBy ?? code,
      phase,
    });
  }
  if (phase === 'command' || INVALID.test(text)) {
    return new RemctlInvalidTokenError(`${at}: ${text}`);
  }
  return new RemctlAuthenticationError(`cannot authenticate to ${at}: ${withGssRemedy(text)}`);
}

/** Returns the error for what `Session.unasked` found on an idle connection. */
export function unaskedError(found: string, host: string, port: number): RemctlError {
  const at = `${host} (port ${port})`;
  if (found === 'DATA') {
    return new RemctlInvalidTokenError(
      `${at}: the server sent a message that nothing had asked for`,
    );
  }
  if (found === 'EOF') {
    const text = `${at}: the server closed the connection`;
    return new RemctlNetworkError(text, { code: 'EOF', phase: 'command' });
  }
  const [name = '', text = ''] = found.split(/: (.*)/s);
  return new RemctlNetworkError(`${at}: ${text}`, { code: nameOf(name), phase: 'command' });
}
