// Refuses a work tree that differs from its last commit: a release must be what a commit says.
import { outputOf, stop } from '../steps.mjs';

/** Ends the process if a file is changed, or new and not ignored. */
export function requireCleanTree() {
  const changes = outputOf('git', ['status', '--porcelain']);
  if (changes === undefined) {
    stop('git status failed: a release is made from a clone.');
  }
  if (changes !== '') {
    stop(
      `These files are not committed:\n${changes}\nCommit them, or put them away: git stash -u.`,
    );
  }
}
