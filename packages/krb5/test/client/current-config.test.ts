import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { currentConfig } from '../../src/client/current-config.js';

test('a configuration that could not be read is read again by the next call, not a second later', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'krb5.conf');
  vi.stubEnv('KRB5_CONFIG', file);
  onTestFinished(() => void vi.unstubAllEnvs());
  writeFileSync(file, '[libdefaults\n');
  const first = currentConfig();
  await expect(first).rejects.toThrow(/krb5\.conf/);
  writeFileSync(file, '[libdefaults]\n default_realm = MENDED.TEST\n');
  expect((await currentConfig()).defaultRealm).toBe('MENDED.TEST');
});
