/** libremctl's texts, and the system's, as core's errors. */
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

/** Where the system gives no name. */
const UNNAMED = 'EIO';

function codeOf(text: string): string | undefined {
  return BROKEN.find(([pattern]) => pattern.test(text))?.[1];
}

/** How libremctl says that the server sent what it must not. */
const INVALID =
  /malformed result token|unexpected (token|protocol|stream|message type)|unknown message type|invalid token format|token too large|GSS-API error (receiving|sending) token/;

/** MESSAGE_VERSION's number (specification, section 2.2): a server of protocol 2 answers a NOOP with it. */
const VERSION_FOR_NOOP = 'unexpected message type 6';

export function errorOf(failure: Failure, host: string, port: number): RemctlError {
  const { text, code } = failure;
  // What is reset was taken before: the server dropped it before this side had noticed.
  const dropped = failure.phase === 'connect' && code === 'ECONNRESET';
  const phase = dropped ? 'negotiate' : failure.phase;
  const at = `${host} (port ${port})`;
  if (phase === 'resolve') {
    return new RemctlNetworkError(`unknown host ${host}: ${text}`, { code, phase });
  }
  if (phase === 'connect') {
    return new RemctlNetworkError(`cannot connect to ${at}: ${text}`, { code, phase });
  }
  if (text.includes(VERSION_FOR_NOOP)) {
    return new RemctlUnsupportedError('the server has no NOOP message: it speaks protocol 2');
  }
  const brokenBy = codeOf(text);
  if (code !== '' || brokenBy !== undefined) {
    const hint =
      phase === 'negotiate'
        ? ': the server hung up during authentication (its log says why; a principal that it has no key for does that)'
        : '';
    return new RemctlNetworkError(`${at}: ${text}${hint}`, {
      code: code === '' ? (brokenBy ?? UNNAMED) : code,
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
  return new RemctlNetworkError(`${at}: ${found}`, {
    code: codeOf(found) ?? UNNAMED,
    phase: 'command',
  });
}
