/** The KDC of a domain of Active Directory: Samba's domain controller. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withClock } from './clock.js';
import { startDaemon } from './daemon.js';
import { SAMBA_FOLDER, whySambaCannotRun, withSamba } from './find-samba.js';
import type { Kdc, KdcOptions } from './kdc.js';
import { copyKept } from './kept-folder.js';
import {
  askDirectory,
  DIRECTORY_PROGRAM,
  type DirectoryRequest,
  domainDn,
  ldifComputer,
  ldifUser,
  sambaTool,
} from './samba-directory.js';
import { SMB_CONF, smbConfText } from './smb-conf.js';

/** The bits of msDS-SupportedEncryptionTypes (MS-KILE, section 2.2.7). */
const ENCRYPTION_TYPES = new Map([
  ['aes128-cts-hmac-sha1-96', 0x08],
  ['aes256-cts-hmac-sha1-96', 0x10],
]);

/**
 * Returns Samba's KDC for a realm. Throws an Error if Samba cannot run here, or if Active Directory
 * has no keys of the encryption type.
 */
export function sambaKdc(options: KdcOptions): Kdc {
  const { realm, folder, enctype, cleanup, clock } = options;
  const why = whySambaCannotRun();
  if (why !== undefined) {
    throw new Error(why);
  }
  const types = ENCRYPTION_TYPES.get(enctype);
  if (types === undefined) {
    throw new Error(`Active Directory has no keys of the type ${enctype}`);
  }
  const domain = join(folder, 'domain');
  const log = join(folder, 'samba.log');
  // A domain controller does not read its clients' krb5.conf.
  const env = { ...options.env, KRB5_CONFIG: join(domain, 'private', 'krb5.conf') };
  const own = { folder, env };

  let waiting: DirectoryRequest[] = [];
  let started = false;
  // A run of the program takes half a second: what comes before the start is done in one.
  const ask = async (request: DirectoryRequest) => {
    waiting.push(request);
    if (started) {
      await askAll();
    }
  };
  const askAll = async () => {
    const requests = waiting;
    waiting = [];
    if (requests.length > 0) {
      await askDirectory(own, ...requests);
    }
  };

  let services = 0;
  const accountOf = (principal: string, password: string) => {
    const name = principal.split('@')[0] ?? principal;
    const attributes = [`msDS-SupportedEncryptionTypes: ${types}`];
    if (!name.includes('/')) {
      return ldifUser(realm, { name, password, attributes });
    }
    services += 1;
    attributes.push(`servicePrincipalName: ${name}`);
    return ldifComputer(realm, { name: `SERVICE-${services}`, password, attributes });
  };
  const writeKeys = (keytab: string, principals: readonly string[]) =>
    ask(['keytab', keytab, principals]);
  return {
    log,
    configure: (port) => writeFileSync(join(folder, SMB_CONF), smbConfText(realm, domain, port)),
    create: () =>
      copyKept(keptDomain(realm), domain, () =>
        askDirectory(own, ['create'], ['change', freedom(realm)]),
      ),
    async addWithRandomKeys(principals) {
      const random = () => randomBytes(12).toString('hex');
      const accounts = principals.map((principal) => accountOf(principal, random()));
      await ask(['change', accounts.join('')]);
    },
    addWithPassword: (principal, password) => ask(['change', accountOf(principal, password)]),
    writeServiceKeys: writeKeys,
    writeClientKeys: writeKeys,
    kadmin: (command) => sambaTool(own, command),
    async start() {
      await askAll();
      started = true;
      const [program = '', ...args] = withSamba([
        '/usr/sbin/samba',
        ...['--interactive', '--no-process-group', '--model=single', '--debug-stdout'],
        `--configfile=${join(folder, SMB_CONF)}`,
      ]);
      return startDaemon(program, args, { env: withClock(env, clock), log, cleanup });
    },
  };
}

/** Returns whether a domain of this name is kept, so that a realm with it starts at once. */
export function isDomainKept(realm: string): boolean {
  return existsSync(keptDomain(realm));
}

/**
 * Returns the folder that keeps a domain as it is after `create`, which takes ten seconds. The
 * domain of another program or configuration has another folder.
 */
function keptDomain(realm: string): string {
  const hash = createHash('sha256')
    .update(readFileSync(DIRECTORY_PROGRAM))
    .update(freedom(realm))
    .update(smbConfText(realm, '', 0))
    .digest('hex');
  return join(SAMBA_FOLDER, 'domains', `${realm}-${hash.slice(0, 16)}`);
}

/** Returns the change that lets tests choose any passwords, and change them at any time. */
function freedom(realm: string): string {
  const names = ['pwdProperties', 'minPwdLength', 'minPwdAge', 'pwdHistoryLength'];
  const changes = names.map((name) => `replace: ${name}\n${name}: 0\n-\n`);
  return `dn: ${domainDn(realm)}\nchangetype: modify\n${changes.join('')}`;
}
