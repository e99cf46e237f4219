// What a public package.json repeats from the root's, and derives from its own fields.
import { repositoryLinks } from './repository.mjs';

/** Exports with this prefix are for the workspace's own packages: they are not published. */
const INTERNAL = './internal/';

/** The order of the first fields in every public package.json; the others follow in their own. */
const FIRST = [
  'name',
  'version',
  'description',
  'keywords',
  'license',
  'author',
  'homepage',
  'repository',
  'bugs',
  'type',
  'engines',
  'sideEffects',
];

/** Returns the exports without the internal ones; undefined if there are none. */
function publishedExports({ exports = {} }) {
  const paths = Object.entries(exports);
  const kept = paths.filter(([path]) => !path.startsWith(INTERNAL));
  return kept.length === paths.length ? undefined : Object.fromEntries(kept);
}

/**
 * Returns the fields that the package.json of a public package must have. `pnpm pack` puts
 * publishConfig.exports in the place of exports.
 */
export function derivedFields({ manifest, directory }, root) {
  const links = repositoryLinks(root);
  const exports = publishedExports(manifest);
  return {
    license: root.license,
    author: root.author,
    homepage: links.readme(directory),
    repository: { ...root.repository, directory },
    bugs: { url: links.issues },
    engines: root.engines,
    publishConfig: {
      access: 'public',
      provenance: true,
      ...(exports === undefined ? {} : { exports }),
    },
  };
}

/** Returns a package.json with its derived fields, in the order of every public package.json. */
export function withDerivedFields(each, root) {
  const manifest = { ...each.manifest, ...derivedFields(each, root) };
  const first = FIRST.filter((field) => field in manifest);
  const others = Object.keys(manifest).filter((field) => !FIRST.includes(field));
  const { publishConfig, ...ordered } = Object.fromEntries(
    [...first, ...others].map((field) => [field, manifest[field]]),
  );
  return { ...ordered, publishConfig };
}
