/** One AbortSignal that a thousand calls share: no warning, and no listener left behind. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../support/run.js';

const PROGRAM = fileURLToPath(new URL('shared-signal.mjs', import.meta.url));

test.each(['pure', 'native'])('a process with the backend %s prints nothing', async (backend) => {
  expect(await run(process.execPath, [PROGRAM, backend], process.env)).toMatchObject({
    stderr: '',
    status: 0,
  });
});
