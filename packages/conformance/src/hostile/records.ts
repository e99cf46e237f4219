/** What `remctl` prints: the texts of remctl 3.18 on MIT Kerberos 1.20.1. */
import type { LibremctlRecord, Printed } from './hostile-case.js';

/** Its exit status where it failed itself, and for MESSAGE_ERROR. */
const FAILED = 1;
const ERROR = 255;

export const prints = (stdout: string, status = 0): Printed => ({ status, stdout });

export const printsError = (stderr: string, stdout = ''): Printed => ({
  status: ERROR,
  stdout,
  stderr: `${stderr}\n`,
});

/** It fails before the answer: while it opens the connection, or sends the command. */
export const fails = (text: string): Printed => ({
  status: FAILED,
  stderr: `remctl: ${text}\n`,
});

/** It fails in the answer, of which it may have printed some. */
export const failsReading = (text: string, stdout = ''): Printed => ({
  status: FAILED,
  stdout,
  stderr: `remctl: error reading from server: ${text}\n`,
});

const AT_THE_END =
  '(error reading from server: )?error (sending|sending initial|receiving) token: unexpected end of file';

/** It notices the end of a connection when it sends, or when it receives. */
export const FAILS_AT_THE_END: Printed = {
  status: FAILED,
  stderr: new RegExp(`^remctl: ${AT_THE_END}\n$`),
};

/** A reset may also come before it has looked at what became of its connect(). */
export const FAILS_AT_CONNECT_OR_THE_END: Printed = {
  status: FAILED,
  stderr: new RegExp(
    `^remctl: (cannot connect to localhost \\(port \\d+\\): Connection reset by peer|${AT_THE_END})\n$`,
  ),
};

export const failsOpening = (text: string): Printed =>
  fails(`GSS-API error initializing context: ${text}`);

export const failsUnwrapping = (text: string, stdout = ''): Printed =>
  failsReading(`GSS-API error receiving token: ${text}`, stdout);

/** What the honest answer of `scripts.ts` makes it print. */
export const TAKES_IT: Printed = prints('out\n');

export const NO_NOOP: LibremctlRecord = { notAsked: 'remctl sends no NOOP' };

export const TOO_LARGE = 'error receiving token: token too larger';
export const EOF = 'error receiving token: unexpected end of file';
export const TIMED_OUT = 'error receiving token: timed out';
export const MALFORMED = 'malformed result token from server';
export const UNEXPECTED = 'unexpected token from server';

/** GSS-API's texts, and after the comma Kerberos's. */
export const DEFECTIVE = 'Invalid token was supplied, Success';
export const DEFECTIVE_HEADER = 'Invalid token was supplied, Token header is malformed or corrupt';
export const UNREADABLE = 'A required input parameter could not be read';
const BAD_MIC = 'A token had an invalid Message Integrity Check (MIC)';
export const BAD_SIGNATURE = `${BAD_MIC}, Success`;
export const BAD_INTEGRITY = `${BAD_MIC}, Decrypt integrity check failed`;
export const WRONG_DIRECTION = `${BAD_MIC}, Packet was replayed in wrong direction`;
export const BAD_COMMAND_MIC = BAD_MIC;
export const DUPLICATE = 'The token was a duplicate of an earlier token, Success';
export const GAP = 'An expected per-message token was not received, Success';
const UNSPECIFIED = 'Unspecified GSS failure.  Minor code may provide more information';
export const OPENING_INTEGRITY = `${UNSPECIFIED}, Decrypt integrity check failed`;
export const NOT_MUTUAL = `${UNSPECIFIED}, Mutual authentication failed`;
export const NOT_US = `${UNSPECIFIED}, The ticket isn't for us`;
