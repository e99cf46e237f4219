// Reads a command's answer and keeps the beginning of its output.
import { STDOUT } from '@remctl/core';

/** Characters of each stream that a result keeps: Redis holds results in memory. */
const KEPT_CHARACTERS = 64 * 1024;
/** Characters of standard error in the reason of a failure. */
const QUOTED_CHARACTERS = 500;

/**
 * Returns the output of a command that ended with status 0.
 *
 * Throws an Error if the status is another one, or if the server answered with an error, and the errors
 * of `run()`.
 *
 * @param {import('@remctl/core').RemctlRun} run
 * @returns {Promise<import('./job.mjs').JobResult>}
 */
export async function readAnswer(run) {
  const stdout = keptText();
  const stderr = keptText();
  for await (const token of run) {
    if (token.type === 'output') {
      (token.stream === STDOUT ? stdout : stderr).add(token.output);
    }
  }
  const status = await run.status;
  if (status !== 0) {
    const quoted = stderr.text().trim().slice(0, QUOTED_CHARACTERS);
    throw new Error(`the command ended with status ${status}: ${quoted}`);
  }
  return { stdout: stdout.text(), stderr: stderr.text(), cut: stdout.isCut() || stderr.isCut() };
}

function keptText() {
  const decoder = new TextDecoder();
  let text = '';
  let isCut = false;
  return {
    /** @param {Uint8Array} bytes */
    add(bytes) {
      const more = decoder.decode(bytes, { stream: true });
      isCut ||= text.length + more.length > KEPT_CHARACTERS;
      text += more.slice(0, KEPT_CHARACTERS - text.length);
    },
    text: () => text,
    isCut: () => isCut,
  };
}
