/** A credential cache that does not exist. */
import { expect, test, vi } from 'vitest';
import { locateCcache } from '../../src/ccache/ccache-name.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const waits = vi.hoisted(() => vi.fn());
vi.mock('node:timers/promises', async (original) => {
  const timers = await original<typeof import('node:timers/promises')>();
  waits.mockImplementation(timers.setTimeout);
  return { ...timers, setTimeout: waits };
});

const files = useTemporaryFiles();

test.each(['FILE:', 'DIR:', 'DIR::'])('costs one short wait: %s/path', async (prefix) => {
  waits.mockClear();
  const location = locateCcache(`${prefix}${files.path('absent/tkt')}`);
  await expect(location.read()).rejects.toMatchObject({ name: 'KRB5_FCC_NOFILE' });
  expect(waits).toHaveBeenCalledTimes(1);
});
