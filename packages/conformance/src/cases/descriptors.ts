/** Opens while this process has no file descriptor left, or few. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Case, Context } from '../case.js';
import { type DescriptorLimit, limitDescriptors } from '../descriptor-limit.js';
import { settledUsage } from '../process.js';
import { expectError } from './helpers.js';

/** More than one open takes. */
const MOST = 10;

let copies = 0;

/** A copy of a file, which nobody has read yet. */
function fresh({ realm }: Context, file: string): string {
  copies += 1;
  const copy = join(realm.folder, `fresh-${copies}`);
  copyFileSync(file, copy);
  return copy;
}

/** Opens with so many descriptors left; then the same client must open. Gives whether the first did. */
async function openWith(context: Context, limit: DescriptorLimit, left: number): Promise<boolean> {
  const { client: make, host, port, realm } = context;
  const client = make({ ccache: `FILE:${fresh(context, realm.ccache.replace(/^FILE:/, ''))}` });
  const config = process.env.KRB5_CONFIG;
  process.env.KRB5_CONFIG = fresh(context, realm.krb5Conf);
  try {
    const before = await settledUsage();
    const release = limit.takeAllBut(left);
    const failure = await client
      .open(host, port)
      .catch((error: unknown) => error)
      .finally(release);
    if (failure !== undefined) {
      expectError(failure, { name: 'RemctlNetworkError', code: 'EMFILE', message: /open files/ });
    }
    await client.open(host, port);
    expect((await client.run(['echo', 'x']).text()).stdout).toBe('x\n');
    await client.close();
    const after = await settledUsage(before);
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors);
    return failure === undefined;
  } finally {
    process.env.KRB5_CONFIG = config;
  }
}

export const descriptorCases: readonly Case[] = [
  {
    id: 'descriptors/few-left',
    title:
      'an open that finds no descriptor fails with EMFILE, whatever it was for, and leaves nothing behind; the next one works',
    async run(context) {
      await using limit = await limitDescriptors();
      const opened: boolean[] = [];
      for (let left = 0; left <= MOST; left += 1) {
        opened.push(await openWith(context, limit, left));
      }
      expect(opened[0]).toBe(false);
      expect(opened.at(-1)).toBe(true);
    },
  },
];
