// Makes the man page and the completion scripts, which the package installs.
import { completionScript } from '../dist/help/completion/completion-script.js';
import { manPage } from '../dist/help/man-page.js';

/** Returns each file's path in the package, and its content. `version` is the package's. */
export function helpFiles(version) {
  return {
    'man/remctl.1': manPage(version),
    'completions/_remctl': completionScript('zsh'),
    'completions/remctl.bash': completionScript('bash'),
    'completions/remctl.fish': completionScript('fish'),
  };
}
