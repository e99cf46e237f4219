// Checks a packed package with publint: exports, types and files as Node and bundlers read them.
import { readFileSync } from 'node:fs';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/**
 * Findings that are meant. The command `remctl` begins with #!/bin/sh and becomes Node: see its launcher.
 * checkMetadata() sees to it that every program begins with #!.
 */
const MEANT = ['BIN_FILE_NOT_EXECUTABLE'];

/** Returns what is wrong, one line each. Suggestions count too. */
export async function checkPublint({ tarball }) {
  const { buffer } = new Uint8Array(readFileSync(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  return messages
    .filter(({ code }) => !MEANT.includes(code))
    .map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}
