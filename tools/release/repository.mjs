// Where the repository is: the one address stands in the root package.json, as repository.url.
import { rootManifest } from './public-packages.mjs';

/** Returns the page of a repository from its address in a package.json: git+https://HOST/OWNER/NAME.git. */
export function pageOf({ url }) {
  return url.replace(/^git\+/, '').replace(/\.git$/, '');
}

/** Returns the addresses that follow from the root package.json. */
export function repositoryLinks(root = rootManifest()) {
  const page = pageOf(root.repository);
  return {
    page,
    issues: `${page}/issues`,
    /** A form on the repository's host that only the maintainers can read. */
    privateReport: `${page}/security/advisories/new`,
    readme: (directory) => `${page}/tree/main/${directory}#readme`,
  };
}
