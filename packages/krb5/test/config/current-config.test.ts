/** The configuration that clients share. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { currentConfig } from '../../src/gss/krb5-state.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();

test('the next call reads a configuration again at once if the last one failed', async () => {
  const file = files.write('krb5.conf', '[libdefaults\n');
  vi.stubEnv('KRB5_CONFIG', file);
  onTestFinished(() => void vi.unstubAllEnvs());
  const first = currentConfig();
  await expect(first).rejects.toThrow(/krb5\.conf/);
  files.write('krb5.conf', '[libdefaults]\n default_realm = MENDED.TEST\n');
  expect((await currentConfig()).defaultRealm).toBe('MENDED.TEST');
});
