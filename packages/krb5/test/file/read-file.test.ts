import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readFileUpTo } from '../../src/file/read-file.js';
import { type TemporaryFiles, temporaryFiles } from '../config/temporary-files.js';

let files: TemporaryFiles;
beforeEach(() => {
  files = temporaryFiles();
});
afterEach(() => files.dispose());

test.each([0, 1, 65_535, 65_536, 65_537, 200_000])('reads a file of %i bytes', async (length) => {
  const content = Buffer.from(Array.from({ length }, (_, at) => at % 251));
  const path = files.write('file', content);
  expect((await readFileUpTo(path, length))?.equals(content)).toBe(true);
  if (length > 0) {
    expect(await readFileUpTo(path, length - 1)).toBeUndefined();
  }
});

test('a pipe that gives a byte at a time takes memory for its bytes, not for its reads', async () => {
  const path = files.path('pipe');
  const [code] = await once(spawn('mkfifo', [path]), 'exit');
  expect(code).toBe(0);
  const pipe = createWriteStream(path);
  const before = process.memoryUsage().arrayBuffers;
  const reading = readFileUpTo(path, 1000);
  for (let byte = 0; byte < 300; byte++) {
    await new Promise((written) => pipe.write('x', written));
    await sleep(1);
  }
  const taken = process.memoryUsage().arrayBuffers - before;
  pipe.end();
  expect((await reading)?.toString()).toBe('x'.repeat(300));
  expect(taken).toBeLessThan(2 * 1024 * 1024);
});
