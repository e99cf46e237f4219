// Tags the commit of a release: v0.1.0.
import { outputOf, quietly, say, stop } from '../steps.mjs';

/** Tags the last commit, unless a tag of the version is there: a release may be run again. */
export function tagVersion(version) {
  const tag = `v${version}`;
  if (outputOf('git', ['tag', '--list', tag]) === tag) {
    return;
  }
  if (!quietly('git', ['tag', tag])) {
    stop(`All is published, but the tag ${tag} could not be made (see above).`);
  }
  say(`tagged ${tag}: git push origin ${tag}`);
}
