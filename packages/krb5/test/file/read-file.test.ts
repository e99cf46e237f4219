/** readFileUpTo, with regular files and others. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { NOT_REGULAR, readFileUpTo } from '../../src/file/read-file.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();

test.each([0, 1, 65_535, 65_536, 65_537, 200_000])('reads a file of %i bytes', async (length) => {
  const content = Buffer.from(Array.from({ length }, (_, at) => at % 251));
  const path = files.write('file', content);
  expect((await readFileUpTo(path, length))?.equals(content)).toBe(true);
  if (length > 0) {
    expect(await readFileUpTo(path, length - 1)).toBeUndefined();
  }
});

describe('a file that is not regular is refused without a wait', () => {
  async function mkfifo(): Promise<string> {
    const path = files.path('fifo');
    const [code] = await once(spawn('mkfifo', [path]), 'exit');
    expect(code).toBe(0);
    return path;
  }

  test('a FIFO is refused many times at once while other files are read', async () => {
    const path = await mkfifo();
    const link = files.path('link');
    symlinkSync(path, link);
    const regular = files.write('file', 'text');
    const refused = Promise.allSettled(
      Array.from({ length: 16 }, (_, n) => readFileUpTo(n % 2 === 0 ? path : link, 9)),
    );
    expect((await readFileUpTo(regular, 9))?.toString()).toBe('text');
    for (const each of await refused) {
      expect(each).toMatchObject({ status: 'rejected', reason: { code: NOT_REGULAR } });
    }
  });

  test('a FIFO with a writer is refused', async () => {
    const path = await mkfifo();
    const writer = spawn('sh', ['-c', 'while :; do echo x; done > "$0"', path]);
    await expect(readFileUpTo(path, 9)).rejects.toMatchObject({ code: NOT_REGULAR });
    writer.kill();
  });

  test('a device, a socket and a folder are refused', async () => {
    await expect(readFileUpTo('/dev/zero', 9)).rejects.toMatchObject({ code: NOT_REGULAR });
    const path = files.path('socket');
    const server = createServer().listen(path);
    await once(server, 'listening');
    await expect(readFileUpTo(path, 9)).rejects.toMatchObject({ code: 'ENXIO' });
    server.close();
    await expect(readFileUpTo(files.path('.'), 9)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
