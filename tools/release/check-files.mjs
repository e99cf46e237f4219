// Checks that a packed package has the files that a user needs, and no others.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../steps.mjs';

const NEEDED = ['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json'];

/** Files that serve only those who work on the package. */
const NEEDLESS = [
  /\.tsbuildinfo$/,
  /(^|\/)(test|tests|__tests__|node_modules|\.turbo|\.results|coverage)\//,
  /\.test\./,
  /(?<!\.d)\.[mc]?ts$/,
  /(^|\/)tsconfig.*\.json$/,
];

/** Returns what is wrong, one line each. */
export function checkFiles({ folder, content, files }) {
  const missing = NEEDED.filter((file) => !files.includes(file));
  const needless = files.filter((file) => NEEDLESS.some((pattern) => pattern.test(file)));
  const own = readFileSync(join(ROOT, 'LICENSE'), 'utf8');
  const hasLicence =
    !missing.includes('LICENSE') && readFileSync(join(content, 'LICENSE'), 'utf8') === own;
  return [
    ...missing.map((file) => `${file} is not packed`),
    ...needless.map((file) => `${file} is packed, and no user needs it`),
    ...(hasLicence ? [] : ["LICENSE is not the repository's"]),
    ...files.filter((file) => isLeftOver(folder, file)).map((file) => `${file} has no source`),
  ];
}

/** Whether a compiled file is of a source that is no more: tsc removes nothing from dist. */
function isLeftOver(folder, file) {
  const [, name] = /^dist\/(.*?)(\.d\.ts|\.js)(\.map)?$/.exec(file) ?? [];
  return name !== undefined && !existsSync(join(folder, 'src', `${name}.ts`));
}
