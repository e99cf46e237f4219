/** kinit with a configuration and credentials of a test. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Realm, runProgram } from '@remctl/realm';
import type { OwnKeyCredentials } from '../../src/client/client-keys.js';
import type { Krb5Config } from '../../src/config/krb5-config.js';

/**
 * Runs kinit as the client of `credentials`, with more `options`, and returns the new cache's name.
 * Throws an Error with what kinit says if it fails.
 */
export async function kinit(
  realm: Realm,
  credentials: OwnKeyCredentials,
  { profile }: Krb5Config,
  options: readonly string[] = [],
): Promise<string> {
  const cache = `FILE:${join(realm.folder, `kinit-${randomUUID()}`)}`;
  const files = profile.files.map(({ path }) => path).join(':');
  const env = { ...realm.env, KRB5_CONFIG: files };
  const key = credentials.type === 'keytab' ? ['-k', '-t', credentials.keytab] : [];
  const input = credentials.type === 'password' ? `${credentials.password}\n` : undefined;
  const args = [...options, ...key, '-c', cache, credentials.clientPrincipal];
  await runProgram('kinit', args, env, input);
  return cache;
}
