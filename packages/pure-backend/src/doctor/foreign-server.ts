/** Finds out what else than remctld listens on a port. */
import { connect } from 'node:net';

/** Milliseconds to wait for a greeting, then for an answer to a question. */
const GREETING_MS = 700;
/** What is read: whoever listens decides how much it sends. */
const MAX_BYTES = 512;
/** A question that an HTTP server answers. remctld closes the connection: it is no token of its protocol. */
const QUESTION = 'GET / HTTP/1.0\r\n\r\n';

const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^SSH-/, 'an SSH server'],
  [/^HTTP\//, 'an HTTP server'],
  [/^220[ -]/, 'a mail or FTP server'],
  [/^\* OK/, 'an IMAP server'],
  [/^\+OK/, 'a POP3 server'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a TLS alert or handshake record begins so
  [/^[\x15\x16]\x03/, 'a TLS server'],
];

/** Returns what listens there, in words; undefined if it cannot be told. Never throws. */
export function foreignServer(
  address: string,
  port: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    let heard = '';
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      socket.destroy();
      resolve(KNOWN.find(([pattern]) => pattern.test(heard))?.[1]);
    };
    let timer = setTimeout(() => {
      socket.write(QUESTION);
      timer = setTimeout(end, GREETING_MS);
    }, GREETING_MS);
    signal.addEventListener('abort', end);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      heard += text;
      if (heard.length >= MAX_BYTES || KNOWN.some(([pattern]) => pattern.test(heard))) {
        end();
      }
    });
    socket.once('close', end);
    socket.on('error', end);
  });
}
