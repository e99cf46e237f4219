/** The words of the command line as bytes. */
import { readFileSync } from 'node:fs';

/** What Node puts where an argument was not UTF-8; what was there is lost in `process.argv`. */
const REPLACEMENT = '\ufffd';

/**
 * The last words of this process's command line, which the shell gave as `words`. Where one of them
 * is not UTF-8 the bytes are read from Linux's /proc.
 *
 * Errors: an Error where they cannot be read.
 */
export function exactWords(words: readonly string[]): readonly (string | Uint8Array)[] {
  if (!words.some((word) => word.includes(REPLACEMENT))) {
    return words;
  }
  const bytes = readCommandLine();
  const all: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    all.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return all.slice(-words.length);
}

function readCommandLine(): Buffer {
  try {
    return readFileSync('/proc/self/cmdline');
  } catch (cause) {
    throw new Error('an argument is not UTF-8, and this system does not give its bytes', { cause });
  }
}
