/** Finds the Kerberos and remctl programs that a realm runs. */
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Debian package of each program of MIT's KDC. */
const KDC_PACKAGES = {
  krb5kdc: 'krb5-kdc',
  kdb5_util: 'krb5-kdc',
  'kadmin.local': 'krb5-admin-server',
} as const;

/** The Debian package of each program that every realm needs. */
const CLIENT_PACKAGES = {
  kdestroy: 'krb5-user',
  kinit: 'krb5-user',
  klist: 'krb5-user',
  ktutil: 'krb5-user',
  kvno: 'krb5-user',
  remctld: 'remctl-server',
} as const;

const PACKAGES = { ...KDC_PACKAGES, ...CLIENT_PACKAGES };

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

/** The folder into which tools/heimdal.mjs unpacks Heimdal's packages. */
const HEIMDAL_FOLDER = fileURLToPath(new URL('../../../.tools/heimdal', import.meta.url));

type HeimdalProgram = keyof typeof HEIMDAL_PROGRAMS;
export type Program = keyof typeof PACKAGES | HeimdalProgram;

function isHeimdal(program: Program): program is HeimdalProgram {
  return program in HEIMDAL_PROGRAMS;
}

/** The folders of PATH, and those of daemons, which a user's PATH may lack. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns a program's path. Throws an Error that says how to install the program if it is missing.
 */
export function findProgram(program: Program): string {
  if (isHeimdal(program)) {
    const path = join(HEIMDAL_FOLDER, HEIMDAL_PROGRAMS[program]);
    if (isExecutable(path)) {
      return path;
    }
    throw new Error(`there is no ${path}: npm test unpacks Heimdal there, on Debian and Ubuntu`);
  }
  for (const folder of FOLDERS) {
    const path = join(folder, program);
    if (isExecutable(path)) {
      return path;
    }
  }
  throw new Error(
    `${program} is not installed: apt-get install ${PACKAGES[program]} (a realm needs ` +
      `${[...new Set(Object.values(PACKAGES))].join(' ')})`,
  );
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
 * Checks that a realm can start. Throws the Error of `findProgram` for the first missing program.
 */
export function checkPrograms(kdc: keyof typeof NEEDED): void {
  for (const program of Object.keys(NEEDED[kdc])) {
    findProgram(program as Program);
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
