/** The completion script of each shell. */
import type { CompletionShell } from '../../options/options.js';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { zshCompletion } from './zsh.js';

const SCRIPTS: Readonly<Record<CompletionShell, () => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Returns the script with which the shell completes remctl's options. */
export function completionScript(shell: CompletionShell): string {
  return SCRIPTS[shell]();
}
