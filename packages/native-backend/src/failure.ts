/** libremctl's texts, and the system's, as core's errors. */
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

export interface Failure {
  readonly phase: NetworkPhase;
  readonly text: string;
  /** The system's name for it; empty where the text is libremctl's. */
  readonly code: string;
}

/** How libremctl says that the connection broke, and the system's name for it. */
const BROKEN: readonly (readonly [RegExp, string])[] = [
  [/unexpected end of file/, 'EOF'],
  [/Connection reset by peer/, 'ECONNRESET'],
  [/Broken pipe/, 'EPIPE'],
  [/Connection timed out|timed out/, 'ETIMEDOUT'],
  [/No route to host/, 'EHOSTUNREACH'],
];

/** How the libraries say that this process has run out of something, and the system's name for it. */
const SHORTAGES: readonly (readonly [RegExp, string])[] = [
  [/Too many open files in system/, 'ENFILE'],
  [/Too many open files/, 'EMFILE'],
  [/Cannot allocate memory/i, 'ENOMEM'],
  [/No buffer space available/, 'ENOBUFS'],
];

const FILES = 'close connections and files that are not needed, or raise the limit of open files';
/** What to do about a shortage. */
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

/** The addon's name for an errno, where the C library had none: "E<number>". */
function nameOf(code: string): string {
  const number = /^E(\d+)$/.exec(code)?.[1];
  return number === undefined ? code : (getSystemErrorMap().get(-Number(number))?.[0] ?? code);
}

/**
 * The error for what this process has run out of. It is of phase `connect`, wherever it came: the
 * server has dropped nothing, so that there is nothing to try again.
 */
function shortageError(at: string, text: string, code: string): RemctlNetworkError {
  const message = `cannot connect to ${at}: ${text} (${code}): ${SHORTAGE_REMEDIES[code]}`;
  return new RemctlNetworkError(message, { code, phase: 'connect' });
}

/** The addon had no thread for the connection, and threw this. */
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

/** How libremctl says that the server sent what it must not. */
const INVALID =
  /malformed result token|unexpected (token|protocol|stream|message type)|unknown message type|invalid token format|token too large|GSS-API error (receiving|sending) token/;

/** MESSAGE_VERSION's number (specification, section 2.2): a server of protocol 2 answers a NOOP with it. */
const VERSION_FOR_NOOP = 'unexpected message type 6';

export function errorOf(failure: Failure, host: string, port: number): RemctlError {
  const { text } = failure;
  const code = nameOf(failure.code);
  const at = `${host} (port ${port})`;
  const brokenBy = codeOf(text);
  // In authentication the addon looked for a shortage itself: it may stand beside another reason.
  const seen = brokenBy === undefined && code in SHORTAGE_REMEDIES ? code : undefined;
  const shortage = codeOf(text, SHORTAGES) ?? seen;
  if (shortage !== undefined && failure.phase !== 'command') {
    return shortageError(at, text, shortage);
  }
  // What is reset was taken before: the server dropped it before this side had noticed.
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

/** What `Session.unasked` found on a connection on which nothing is under way, as an error. */
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
