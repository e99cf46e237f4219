/** The server under a small load: clients whose processes are killed at random. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const LOAD = fileURLToPath(new URL('../../../tools/load.mjs', import.meta.url));

test('64 clients run 3,000 commands, and six of their processes are killed', async () => {
  const numbers = ['--connections', '64', '--commands', '3000', '--processes', '4', '--kills', '6'];
  const args = [LOAD, '--server', 'ours', ...numbers];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  console.log(stdout);
  expect(stdout).toContain('6 of the processes killed');
  expect(stdout).toContain('  0 faults');
});
