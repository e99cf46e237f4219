/** Finds the Kerberos and remctl programs that a realm runs. */
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { notUnpacked, toolsFolder } from './tools-folder.js';

/** A program's package, by kind of system. */
interface Packages {
  readonly debian: string;
  readonly fedora: string;
  readonly homebrew: string;
}

const KDC: Packages = { debian: 'krb5-kdc', fedora: 'krb5-server', homebrew: 'krb5' };
const KADMIN: Packages = { ...KDC, debian: 'krb5-admin-server' };
const CLIENT: Packages = { debian: 'krb5-user', fedora: 'krb5-workstation', homebrew: 'krb5' };

/** The programs of MIT's KDC. */
const KDC_PACKAGES = {
  krb5kdc: KDC,
  kdb5_util: KDC,
  'kadmin.local': KADMIN,
} as const;

/** The programs that every realm needs. The realm's commands are a program in Perl. */
const CLIENT_PACKAGES = {
  kdestroy: CLIENT,
  kinit: CLIENT,
  klist: CLIENT,
  ktutil: CLIENT,
  kvno: CLIENT,
  remctld: { debian: 'remctl-server', fedora: 'remctl', homebrew: 'remctl' },
  perl: { debian: 'perl', fedora: 'perl', homebrew: 'perl' },
} as const;

const PACKAGES: Readonly<Record<SystemProgram, Packages>> = { ...KDC_PACKAGES, ...CLIENT_PACKAGES };

/**
 * The path of each of Heimdal's programs in its folder. They have a folder because MIT's programs
 * of the same names may be installed in the system.
 */
const HEIMDAL_PROGRAMS = {
  'heimdal-kdc': 'usr/lib/heimdal-servers/kdc',
  'heimdal-kadmin': 'usr/bin/kadmin.heimdal',
  'heimdal-kinit': 'usr/bin/kinit.heimdal',
  // Its commands are klist and others; Debian's klist.heimdal does not know its own name.
  'heimdal-tools': 'usr/bin/heimtools',
  'heimdal-kgetcred': 'usr/bin/kgetcred',
  'heimdal-kdestroy': 'usr/bin/kdestroy.heimdal',
} as const;

const HEIMDAL_PACKAGES = ['heimdal-kdc', 'heimdal-clients'];

/** The folder into which tools/heimdal.mjs unpacks Heimdal's packages. */
const HEIMDAL_FOLDER = toolsFolder('heimdal');

type SystemProgram = keyof typeof KDC_PACKAGES | keyof typeof CLIENT_PACKAGES;
type HeimdalProgram = keyof typeof HEIMDAL_PROGRAMS;
export type Program = SystemProgram | HeimdalProgram;

function isHeimdal(program: Program): program is HeimdalProgram {
  return program in HEIMDAL_PROGRAMS;
}

/**
 * The folders in which programs are looked for: those of PATH, those of daemons, which a user's PATH may
 * lack, and those of Homebrew's krb5, which it does not link.
 */
const FOLDERS = [
  ...['/opt/homebrew/opt/krb5', '/usr/local/opt/krb5'].flatMap((folder) => [
    join(folder, 'bin'),
    join(folder, 'sbin'),
  ]),
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/sbin',
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Returns a program's path; undefined if it is missing. */
function pathOf(program: Program): string | undefined {
  const paths = isHeimdal(program)
    ? [join(HEIMDAL_FOLDER, HEIMDAL_PROGRAMS[program])]
    : FOLDERS.map((folder) => join(folder, program));
  return paths.find(isExecutable);
}

/** Returns the Error that says what to install for the missing programs, at least one. */
function notInstalled(missing: readonly SystemProgram[]): Error {
  const packages = (system: keyof Packages) =>
    [...new Set(missing.map((program) => PACKAGES[program][system]))].join(' ');
  return new Error(
    `${missing.join(', ')}: not installed. A realm runs real programs; install them:
  Debian, Ubuntu  apt-get install ${packages('debian')}
  Fedora          dnf install ${packages('fedora')}
  Homebrew        brew install ${packages('homebrew')}`,
  );
}

/**
 * Returns a program's path. Throws an Error that says how to install the program if it is missing.
 */
export function findProgram(program: Program): string {
  const path = pathOf(program);
  if (path !== undefined) {
    return path;
  }
  throw isHeimdal(program)
    ? notUnpacked(join(HEIMDAL_FOLDER, HEIMDAL_PROGRAMS[program]), HEIMDAL_PACKAGES)
    : notInstalled([program]);
}

/**
 * The programs that a realm needs, by its KDC. Samba finds its own; `other` is a KDC that the
 * realm's owner brings.
 */
const NEEDED = {
  mit: PACKAGES,
  heimdal: { ...PACKAGES, ...HEIMDAL_PROGRAMS },
  samba: CLIENT_PACKAGES,
  other: CLIENT_PACKAGES,
} as const;

/**
 * Checks that a realm can start. Throws an Error that says how to install every program that is missing.
 */
export function checkPrograms(kdc: keyof typeof NEEDED): void {
  const programs = Object.keys(NEEDED[kdc]) as Program[];
  const missing = programs.filter((program) => pathOf(program) === undefined);
  const ofTheSystem = missing.filter((program) => !isHeimdal(program));
  if (ofTheSystem.length > 0) {
    throw notInstalled(ofTheSystem);
  }
  for (const program of missing) {
    findProgram(program);
  }
}

/**
 * Returns the folder of Heimdal's libraries, for LD_LIBRARY_PATH. Throws an Error if there is none.
 */
export function heimdalLibraries(): string {
  const folder = join(HEIMDAL_FOLDER, 'usr', 'lib');
  const name = readdirSync(folder).find((each) => each.includes('-linux-'));
  if (name === undefined) {
    throw new Error(`there are no libraries in ${folder}`);
  }
  return join(folder, name);
}
