/** Creates and changes the directory of a realm with Samba's KDC. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withSamba } from './find-samba.js';
import { SMB_CONF } from './smb-conf.js';

/** The program that does it. */
export const DIRECTORY_PROGRAM = fileURLToPath(
  new URL('../programs/active-directory.py', import.meta.url),
);
/** Debian's Python: Samba's modules are for no other. */
const PYTHON = '/usr/bin/python3';

const execute = promisify(execFile);

/** An operation of the program, with its arguments. */
export type DirectoryRequest =
  | readonly ['create']
  | readonly ['change', string]
  | readonly ['keytab', string, readonly string[]];

/** What is needed of a realm with Samba's KDC. */
export interface SambaRealm {
  /** The folder with smb.conf. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Has the program do `requests`. Throws an Error with its text if it fails. */
export async function askDirectory(
  { folder, env }: SambaRealm,
  ...requests: readonly DirectoryRequest[]
): Promise<void> {
  const [program = '', ...args] = withSamba([PYTHON, DIRECTORY_PROGRAM, join(folder, SMB_CONF)]);
  const running = execute(program, args, { env });
  // The program may end before it reads its input; its exit status says how.
  running.child.stdin?.on('error', () => undefined);
  running.child.stdin?.end(JSON.stringify(requests));
  await running;
}

/** Runs a command of samba-tool and returns its output. */
export async function sambaTool({ folder, env }: SambaRealm, command: string): Promise<string> {
  const configuration = `--configfile=${join(folder, SMB_CONF)}`;
  const [program = '', ...args] = withSamba([
    '/usr/bin/samba-tool',
    ...command.split(' '),
    configuration,
  ]);
  return (await execute(program, args, { env })).stdout;
}

/**
 * Changes the directory: `ldif` holds records with `changetype` (RFC 2849). Throws an Error with
 * Samba's text if the directory refuses one; then none counts.
 */
export async function changeDirectory(realm: SambaRealm, ldif: string): Promise<void> {
  await askDirectory(realm, ['change', ldif]);
}

/** Writes the present keys of principals to a keytab. Throws an Error if one is unknown. */
export async function exportKeys(
  realm: SambaRealm,
  keytab: string,
  principals: readonly string[],
): Promise<void> {
  await askDirectory(realm, ['keytab', keytab, principals]);
}

/** Returns the distinguished name of a realm's domain: DC=example,DC=org for EXAMPLE.ORG. */
export function domainDn(realm: string): string {
  const labels = realm.toLowerCase().split('.');
  return labels.map((label) => `DC=${label}`).join(',');
}

/** The bits of userAccountControl (MS-ADTS, section 2.2.16). */
const NORMAL_ACCOUNT = 0x200;
const WORKSTATION_TRUST_ACCOUNT = 0x1000;

/** An account of a domain. */
export interface Account {
  /** The name of a user, or that of a computer without `$`. */
  readonly name: string;
  readonly password: string;
  /** More lines of LDIF. */
  readonly attributes?: readonly string[];
}

function ldifAccount(dn: string, account: Account, lines: readonly string[]): string {
  const password = Buffer.from(account.password, 'utf16le').toString('base64');
  const more = [`clearTextPassword:: ${password}`, ...(account.attributes ?? [])];
  return `dn: ${dn}\nchangetype: add\n${[...lines, ...more].join('\n')}\n\n`;
}

/** Returns the LDIF that adds a user. */
export function ldifUser(realm: string, account: Account): string {
  const { name } = account;
  return ldifAccount(`CN=${name},CN=Users,${domainDn(realm)}`, account, [
    'objectClass: user',
    `sAMAccountName: ${name}`,
    `userAccountControl: ${NORMAL_ACCOUNT}`,
  ]);
}

/** Returns the LDIF that adds a computer, whose account's name ends in `$`. */
export function ldifComputer(realm: string, account: Account): string {
  const { name } = account;
  return ldifAccount(`CN=${name},CN=Computers,${domainDn(realm)}`, account, [
    'objectClass: computer',
    `sAMAccountName: ${name}$`,
    `userAccountControl: ${WORKSTATION_TRUST_ACCOUNT}`,
  ]);
}
