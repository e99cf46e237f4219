/** The arguments of this process, as the bytes that the shell gave. */
import { readFileSync } from 'node:fs';

/** Node's replacement for bytes that are not UTF-8; `process.argv` does not keep those bytes. */
const REPLACEMENT = '\ufffd';

/**
 * Returns the last arguments of this process. `args` are these arguments as Node read them. If one
 * of them is not UTF-8, all are read as bytes from Linux's /proc.
 *
 * Throws an Error if this system has no /proc.
 */
export function exactArguments(args: readonly string[]): readonly (string | Uint8Array)[] {
  if (!args.some((argument) => argument.includes(REPLACEMENT))) {
    return args;
  }
  const bytes = readCommandLine();
  const all: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    all.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return all.slice(-args.length);
}

function readCommandLine(): Buffer {
  try {
    return readFileSync('/proc/self/cmdline');
  } catch (cause) {
    throw new Error('an argument is not UTF-8, and this system does not give its bytes', { cause });
  }
}
