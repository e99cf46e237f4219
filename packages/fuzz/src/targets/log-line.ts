/**
 * Target: the line that the server logs of a command.
 *
 * The first byte says which of the arguments are masked, the second which goes to standard input. The
 * rest is the client's principal and up to five arguments.
 */
import { requireThat } from '../findings.js';
import { splitPieces } from '../pieces.js';
import { formatLogRecord, loggedCommand } from '../server-internals.js';

const MOST_ARGUMENTS = 5;
/** Bytes of a line at most: those of the arguments that are logged, as text, and the words around. */
const LONGEST = 32_768;
const SECRET = 'secret-argument';

export function fuzz(data: Buffer): void {
  const [mask = 0, stdin = 0] = data;
  const [principal = Buffer.alloc(0), ...given] = splitPieces(data.subarray(2), MOST_ARGUMENTS + 1);
  const logmask = new Set([1, 2, 3, 4].filter((number) => (mask & (1 << number)) !== 0));
  const masking = { logmask, stdin: stdin === 0 ? ('last' as const) : stdin };
  // A masked argument holds a text that no other argument holds.
  const command = given.map((argument, at) =>
    logmask.has(at) ? Buffer.concat([argument, Buffer.from(SECRET)]) : argument,
  );
  const line = formatLogRecord({
    type: 'command',
    address: '127.0.0.1',
    principal: principal.toString(),
    command: loggedCommand(command, masking),
  });
  requireThat(
    'it is one line of printable characters',
    /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u.test(line.replaceAll('\t', ' ')),
  );
  requireThat('it is not long', Buffer.byteLength(line) - 3 * principal.length < LONGEST);
  const written = [principal, ...given].some((piece) => piece.includes(SECRET));
  requireThat('it holds no masked argument', written || !line.includes(SECRET));
}
