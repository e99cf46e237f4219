/** The lines of an ACL file. */
import { AclError } from './acl-entry.js';

/** Bytes of a line with its newline, at most: remctld reads lines into a buffer of 8,192 bytes. */
const MAX_LINE = 8_190;

const NEWLINE = 0x0a;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** An entry of a file: its text, whether `include` stands before it, and its line, from 1. */
export interface AclLine {
  readonly text: string;
  readonly isInclude: boolean;
  readonly line: number;
}

function decode(text: string): string {
  try {
    return utf8.decode(Buffer.from(text, 'latin1'));
  } catch (cause) {
    throw new AclError('it is not UTF-8', { cause });
  }
}

/** Reads a line, a text of one character for each byte. Returns undefined if it is blank or a comment. */
function readLine(whole: string): Pick<AclLine, 'text' | 'isInclude'> | undefined {
  if (whole.length > MAX_LINE) {
    throw new AclError(`it has more than ${MAX_LINE - 1} bytes`);
  }
  const text = whole
    .replace(/^[ \t\n\v\f\r]+/, '')
    .replace(/(?<![ \t\n\v\f\r])[ \t\n\v\f\r]+$/, '');
  if (text === '' || text.startsWith('#')) {
    return undefined;
  }
  if (text.includes('\0')) {
    throw new AclError('it has a NUL byte');
  }
  if (!text.includes(' ')) {
    return { text: decode(text), isInclude: false };
  }
  const [word, entry, ...more] = text.split(/[ \t]+/);
  if (word !== 'include' || entry === undefined || more.length > 0) {
    throw new AclError(
      'it is neither one entry nor include and one entry: put each on a line of its own',
    );
  }
  return { text: decode(entry), isInclude: true };
}

/**
 * Gives the entries of a file one after another, so that what stands below an entry that decides is not even
 * parsed, as in remctld. Throws AclError, with the file and the line in its message, at a line that is no
 * entry.
 */
export function* aclLines(file: string, bytes: Buffer): Generator<AclLine, void> {
  let start = 0;
  for (let line = 1; start < bytes.length; line += 1) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    try {
      const read = readLine(bytes.toString('latin1', start, end));
      if (read !== undefined) {
        yield { ...read, line };
      }
    } catch (error) {
      throw atLine(file, line, error);
    }
    start = end;
  }
}

/** Returns an AclError with the file and the line before its message; any other error as it is. */
export function atLine(file: string, line: number, error: unknown): unknown {
  return error instanceof AclError && !(error instanceof PlacedAclError)
    ? new PlacedAclError(`${file}:${line}: ${error.message}`, { cause: error })
    : error;
}

/** An AclError whose message names a file and a line. */
class PlacedAclError extends AclError {}
