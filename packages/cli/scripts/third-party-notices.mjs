// Makes the licence notices of the packages that are in the bundle.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

/** Packages without a licence text that may be bundled all the same: each with the reason, which is printed. */
const WITHOUT_TEXT = {};

const LICENCE_FILE = /^licen[cs]e(?:[.-]|$)/i;
const README_FILE = /^readme(?:\.|$)/i;
/** The section of a README that holds the licence, to the next heading of its level. */
const LICENCE_SECTION = /^(#+) Licen[cs]e\n(.*?)(?=^\1 |(?![\s\S]))/ims;
/** A licence's text, as opposed to its mere name. */
const PERMISSION = /permission|redistribution|warrant/i;
const RULE = `${'-'.repeat(72)}\n`;

/** Returns the folder of the package that a file of node_modules belongs to. */
function packageFolder(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const description = join(folder, 'package.json');
    // A package.json without a name only says which kind of modules a folder has.
    if (existsSync(description) && JSON.parse(readFileSync(description, 'utf8')).name) {
      return folder;
    }
  }
}

/** Returns the licence from a file of its own, or from the README. */
function licenceText(folder, name) {
  const read = (pattern) =>
    readdirSync(folder)
      .filter((file) => pattern.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8'));
  const sections = read(README_FILE).map((text) => LICENCE_SECTION.exec(text)?.[2] ?? '');
  const found = [...read(LICENCE_FILE), ...sections].find((text) => PERMISSION.test(text));
  const text = found ?? WITHOUT_TEXT[name];
  if (text === undefined) {
    throw new Error(
      `${name} is bundled and has no licence text: see what its authors allow, ` +
        'and list it in WITHOUT_TEXT of scripts/third-party-notices.mjs with the reason',
    );
  }
  return text.trim();
}

/**
 * Returns name, version and licence of each package from npm that has a file in `inputs`. These are
 * paths relative to `base`, as esbuild's metafile has them. Throws an Error for a package without a
 * licence text.
 */
export function thirdPartyNotices(inputs, base) {
  const files = inputs
    .map((input) => resolve(base, input))
    .filter((file) => file.includes(`${sep}node_modules${sep}`));
  const notices = [...new Set(files.map(packageFolder))].map((folder) => {
    const { license, name, version } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    return `${name} ${version} (${license})\n\n${licenceText(folder, name)}\n`;
  });
  const head = 'The program remctl contains these packages. Each is under its own licence.\n';
  return [head, ...notices.sort()].join(`\n${RULE}\n`);
}
