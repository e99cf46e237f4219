/** The package managers: how each installs into an empty project, and runs what it has installed. */
import { installed, NEWER_NODE, NODE, pnpm12 } from './programs.js';

export interface PackageManager {
  readonly name: string;
  /** Its settings in a project, by file. */
  readonly settings: (registry: string) => Readonly<Record<string, string>>;
  /** The command that adds packages to a project; their names follow. */
  readonly add: readonly string[];
  /** The command that runs a JavaScript file; its name follows. */
  readonly node: readonly string[];
  /** The same for a file that loads ES modules by require(). */
  readonly requiring: readonly string[];
  /** The command that runs the program `remctl`, in the folder of the project. */
  readonly remctl: readonly string[];
}

const npmrc = (registry: string) => ({
  '.npmrc': `registry=${registry}\nfund=false\naudit=false\n`,
});
const NODE_MODULES = { node: [NODE], requiring: [NODE], remctl: ['node_modules/.bin/remctl'] };

const YARN = installed('@yarnpkg/cli-dist', 'bin', 'yarn.js');

function npm(version: number, node: string): PackageManager {
  return {
    name: `npm ${version}`,
    settings: npmrc,
    add: [node, installed(`npm-${version}`, 'bin', 'npm-cli.js'), 'install'],
    ...NODE_MODULES,
  };
}

function pnpm(version: number, program: readonly string[]): PackageManager {
  return {
    name: `pnpm ${version}`,
    settings: (registry) => ({
      ...npmrc(registry),
      // The release is minutes old, and pnpm waits a day.
      'pnpm-workspace.yaml': 'minimumReleaseAge: 0\n',
    }),
    add: [...program, 'add'],
    ...NODE_MODULES,
  };
}

function yarn(linker: 'node-modules' | 'pnp'): PackageManager {
  const program = [NODE, YARN];
  return {
    name: `yarn 4, ${linker}`,
    settings: (registry) => ({
      '.yarnrc.yml': [
        `npmRegistryServer: "${registry}"`,
        'unsafeHttpWhitelist: ["127.0.0.1"]',
        `nodeLinker: ${linker}`,
        'enableTelemetry: false',
        'npmMinimalAgeGate: 0\n', // the release is minutes old, and yarn waits a day
      ].join('\n'),
      'yarn.lock': '', // or yarn looks for a project in the folders above
    }),
    add: [...program, 'add'],
    node: [...program, 'node'],
    // Only since Node 22.15 does require() ask PnP for what an ES module imports.
    requiring: [linker === 'pnp' ? NEWER_NODE : NODE, YARN, 'node'],
    remctl: [...program, 'run', 'remctl'],
  };
}

export const PACKAGE_MANAGERS: readonly [PackageManager, ...PackageManager[]] = [
  npm(10, NODE),
  npm(11, NODE),
  npm(12, NEWER_NODE),
  pnpm(10, [NODE, installed('pnpm-10', 'bin', 'pnpm.cjs')]),
  pnpm(12, [pnpm12()]),
  yarn('node-modules'),
  yarn('pnp'),
];
