/** The addon under AddressSanitizer: runs memory/main.mjs, as `pnpm asan` does. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../memory/main.mjs', import.meta.url));

test('conformance cases, hostile servers and sudden ends show no memory error and no leak', async () => {
  const child = spawn(process.execPath, [PROGRAM, 'asan'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      said += data.toString();
    });
  }
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect(status, said).toBe(0);
  const reports = said.match(/^asan, .*: exit status 0, 0 reports/gm) ?? [];
  expect(reports, said).toHaveLength(5);
}, 400_000);
