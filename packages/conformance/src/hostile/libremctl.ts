/**
 * What the program `remctl` prints of hostile servers, and its status.
 *
 * The texts are those of remctl 3.18 on MIT Kerberos 1.20.1. `test/libremctl.test.ts` compares the
 * records with what the program does.
 */

/** What `remctl` prints, with a time-out of 3 s. */
export interface Printed {
  readonly status: number;
  readonly stdout?: string;
  /** A pattern if the text depends on timing. */
  readonly stderr?: string | RegExp;
}

/** What `remctl` prints, or why it cannot be asked: it never does what the case's client does. */
export type LibremctlRecord = Printed | { readonly notAsked: string };

/** The matrix shows at most so many characters of a record. */
const LONGEST_PRINT = 200;

/** Describes a record for the matrix. */
export function describeRecord(record: LibremctlRecord): string {
  if ('notAsked' in record) {
    return record.notAsked;
  }
  const { status, stdout = '', stderr = '' } = record;
  const printed = `${stdout}${stderr instanceof RegExp ? stderr.source : stderr}`.trim();
  const shown = printed.length > LONGEST_PRINT ? `${printed.slice(0, LONGEST_PRINT)}...` : printed;
  return `${shown === '' ? 'nothing' : JSON.stringify(shown)}, exit status ${status}`;
}

/** The program's exit status if it failed itself. */
const FAILED = 1;
/** The program's exit status after a MESSAGE_ERROR. */
const ERROR = 255;

/** It prints the command's output, and exits with the command's status. */
export const prints = (stdout: string, status = 0): Printed => ({ status, stdout });

/** It prints the text of a MESSAGE_ERROR. */
export const printsError = (stderr: string, stdout = ''): Printed => ({
  status: ERROR,
  stdout,
  stderr: `${stderr}\n`,
});

/** It fails before the answer: while it opens the connection or sends the command. */
export const fails = (text: string): Printed => ({
  status: FAILED,
  stderr: `remctl: ${text}\n`,
});

/** It fails while it reads the answer, and may have printed a part of it. */
export const failsReading = (text: string, stdout = ''): Printed => ({
  status: FAILED,
  stdout,
  stderr: `remctl: error reading from server: ${text}\n`,
});

const AT_THE_END =
  '(error reading from server: )?error (sending|sending initial|receiving) token: unexpected end of file';

/** It notices the end of the connection when it sends or when it receives. */
export const FAILS_AT_THE_END: Printed = {
  status: FAILED,
  stderr: new RegExp(`^remctl: ${AT_THE_END}\n$`),
};

/** A reset may also reach it before it has read the result of its connect(). */
export const FAILS_AT_CONNECT_OR_THE_END: Printed = {
  status: FAILED,
  stderr: new RegExp(
    `^remctl: (cannot connect to localhost \\(port \\d+\\): Connection reset by peer|${AT_THE_END})\n$`,
  ),
};

/** It fails while it authenticates, by an error of the GSS-API. */
export const failsOpening = (text: string): Printed =>
  fails(`GSS-API error initializing context: ${text}`);

/** It fails to unwrap a message, and may have printed the messages before. */
export const failsUnwrapping = (text: string, stdout = ''): Printed =>
  failsReading(`GSS-API error receiving token: ${text}`, stdout);

/** It takes the honest answer of `scripts.ts`, and prints it. */
export const TAKES_IT: Printed = prints('out\n');

/** It cannot be asked about NOOPs. */
export const NO_NOOP: LibremctlRecord = { notAsked: 'remctl sends no NOOP' };

/** Texts of libremctl. */
export const TOO_LARGE = 'error receiving token: token too larger';
export const EOF = 'error receiving token: unexpected end of file';
export const TIMED_OUT = 'error receiving token: timed out';
export const MALFORMED = 'malformed result token from server';
export const UNEXPECTED = 'unexpected token from server';

/** Texts of the GSS-API; after the comma those of Kerberos. */
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
