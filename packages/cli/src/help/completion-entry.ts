/** Prints the completion scripts of bash, zsh and fish. */
import type { CompletionShell } from '../options/options.js';
import { STDOUT_FD, write } from '../terminal/write.js';
import { completionScript } from './completion/completion-script.js';

/** Prints the script and returns the exit status. */
export async function printCompletion(shell: CompletionShell): Promise<number> {
  await write(STDOUT_FD, completionScript(shell));
  return 0;
}
