/** Keytabs of kadmin and ktutil, compared with klist. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { etypeName } from '../../src/crypto/etypes.js';
import { findKey, type Keytab } from '../../src/keytab/keytab.js';
import { readKeytab } from '../../src/keytab/read-keytab.js';
import { formatPrincipal, parsePrincipal } from '../../src/principal.js';
import { encodeKeytab } from '../../src/testing/keytab-encoder.js';
import { toHex } from '../support/hex.js';
import { klistTime } from '../support/klist.js';
import { asOrdinaryUser } from '../support/ordinary-user.js';
import { useTemporaryFiles } from '../support/temporary-files.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
const files = useTemporaryFiles();

/** Has ktutil run these commands. */
function ktutil(...commands: string[]): void {
  execFileSync('ktutil', { input: `${commands.join('\n')}\n`, env: realm.env });
}

/** Writes a keytab's entries as `klist -k -t -e -K` does. */
function asKlist({ entries }: Keytab): string[] {
  return entries.map(({ principal, timestamp, kvno, key }) => {
    const type = etypeName(key.etype);
    return `${kvno} ${klistTime(timestamp)} ${formatPrincipal(principal)} (${type})  (0x${toHex(key.value)})`;
  });
}

async function klist(name: string): Promise<string[]> {
  const env = { ...realm.env, LC_ALL: 'C', TZ: 'UTC' };
  const { stdout } = await promisify(execFile)('klist', ['-k', '-t', '-e', '-K', name], { env });
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^\d+ \d\d\//.test(line));
}

describe('keytabs made by kadmin and ktutil', () => {
  it('hold the same as klist shows', async () => {
    const keytab = await readKeytab(`FILE:${realm.keytabs.server}`);
    expect(asKlist(keytab)).toEqual(await klist(realm.keytabs.server));
    expect(keytab.entries).toHaveLength(3);
    const { kvno } = findKey(keytab, { principal: parsePrincipal(realm.principals.server) });
    expect(kvno).toBe(2);
  });

  it('hold every version of a key, and findKey finds the newest', async () => {
    const path = files.path('keytab');
    const principal = realm.principals.wrongServer;
    for (let round = 0; round < 2; round++) {
      await realm.kadmin(
        `ktadd -k ${path} -e aes256-sha1:normal,aes128-sha1:normal,aes256-sha2:normal ${principal}`,
      );
    }
    const keytab = await readKeytab(`WRFILE:${path}`);
    expect(asKlist(keytab)).toEqual(await klist(path));
    const query = { principal: parsePrincipal(principal), etype: 20 };
    const versions = keytab.entries.map(({ kvno }) => kvno);
    expect(findKey(keytab, query).kvno).toBe(Math.max(...versions));
    expect(new Set(versions).size).toBe(2);
  });

  it('have holes in place of removed keys', async () => {
    const path = files.path('keytab');
    await realm.kadmin(`ktadd -norandkey -k ${path} ${realm.principals.server}`);
    await realm.kadmin(`ktadd -norandkey -k ${path} ${realm.principals.otherServer}`);
    await realm.kadmin(`ktremove -k ${path} ${realm.principals.server}`);
    const keytab = await readKeytab(path);
    expect(asKlist(keytab)).toEqual(await klist(path));
    expect(keytab.entries.map((entry) => formatPrincipal(entry.principal))).toEqual([
      realm.principals.otherServer,
    ]);
    // An entry with a shorter name goes into the hole and fills a part of it.
    ktutil(`addent -password -p a@R -k 1 -e aes128-cts`, 'secret', `wkt ${path}`);
    expect(asKlist(await readKeytab(path))).toEqual(await klist(path));
    expect((await readKeytab(path)).entries).toHaveLength(2);
  });

  it('have versions above 255, escapes in names, and unsupported types', async () => {
    const path = files.path('keytab');
    ktutil(
      'addent -password -p a\\\\/b/c@R -k 300 -e aes256-cts',
      'secret',
      'addent -password -p d@R -k 70000 -e aes128-cts-hmac-sha256-128',
      'secret',
      'addent -password -p e@R -k 1 -e camellia128-cts',
      'secret',
      `wkt ${path}`,
    );
    const keytab = await readKeytab(path);
    expect(asKlist(keytab)).toEqual(await klist(path));
    expect(keytab.entries.map(({ kvno }) => kvno)).toEqual([300, 70_000, 1]);
  });

  it('are read by klist if we write them', async () => {
    const keytab = await readKeytab(realm.keytabs.server);
    const path = files.write('keytab', encodeKeytab(keytab.entries));
    expect(await klist(path)).toEqual(await klist(realm.keytabs.server));
  });

  it('give kinit tickets if we write them', async () => {
    const keytab = await readKeytab(realm.keytabs.client);
    const path = files.write('keytab', encodeKeytab(keytab.entries));
    const args = ['-k', '-t', path, '-c', files.path('cache'), realm.principals.client];
    await promisify(execFile)('kinit', args, { env: realm.env });
    execFileSync('klist', ['-s', '-c', files.path('cache')], { env: realm.env });
  });
});

describe('readKeytab', () => {
  it('refuses a keytab that does not exist', async () => {
    await expect(readKeytab(files.path('absent'))).rejects.toMatchObject({
      name: 'KRB5_KT_IOERR',
      message: `the keytab ${files.path('absent')} does not exist: check its name, or make it with ktadd of kadmin`,
    });
  });

  it('refuses a keytab of another user', async () => {
    const path = files.secret('keytab', '');
    await asOrdinaryUser(async () => {
      await expect(readKeytab(path)).rejects.toMatchObject({
        name: 'KRB5_KT_IOERR',
        message: `the keytab ${path} may not be read by this user: check its owner and mode`,
      });
    });
  });

  it('refuses a directory, another file, a damaged keytab and a file without an end', async () => {
    await expect(readKeytab(files.path('.'))).rejects.toMatchObject({ name: 'KRB5_KT_IOERR' });
    await expect(readKeytab(files.write('text', 'text'))).rejects.toMatchObject({
      name: 'KRB5_KEYTAB_BADVNO',
      message: `${files.path('text')}: this is not a keytab`,
    });
    await expect(readKeytab(files.write('short', Buffer.from([5])))).rejects.toMatchObject({
      name: 'KRB5_KT_FORMAT',
      message: expect.stringMatching(/short: the keytab is damaged .*: write it anew$/),
    });
    const huge = files.huge('huge', 2 ** 40);
    await expect(readKeytab(huge)).rejects.toMatchObject({ name: 'KRB5_KT_FORMAT' });
    await expect(readKeytab('/dev/zero')).rejects.toMatchObject({ name: 'KRB5_KT_IOERR' });
  });
});
