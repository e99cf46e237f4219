/** The completion scripts of bash, zsh and fish. */
import type { CompletionShell } from '../options/options.js';

/** Prints the script and returns the exit status. */
export async function printCompletion(_shell: CompletionShell): Promise<number> {
  throw new Error('--completion is not there yet');
}
