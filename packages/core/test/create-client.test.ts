/** createClient() and remctl(), on scripted backends. */
import { describe, expect, test } from 'vitest';
import { createClient, RemctlProtocolError, remctl } from '../src/index.js';
import { scriptedBackend } from '../src/testing/index.js';
import { REFUSAL, tokens } from './support/answers.js';
import { loose } from './support/loose.js';
import { manualBackend } from './support/manual-backend.js';

describe('remctl()', () => {
  const backend = scriptedBackend((command) => ({
    stdout: command.map((argument) => Buffer.from(argument)).join(' '),
    status: 3,
  }));

  test('returns stdout, stderr and status', async () => {
    const result = await remctl({ backend, host: 'h', command: ['a', 'b'] });
    expect(Buffer.from(result.stdout).toString()).toBe('a b');
    expect(result).toMatchObject({ status: 3, stderr: new Uint8Array() });
  });

  test('checks the command before it connects', async () => {
    const manual = manualBackend();
    const call = remctl({ backend: manual.backend, host: 'h', command: [] });
    await expect(call).rejects.toThrow(RangeError);
    expect(manual.log).toEqual([]);
  });

  test('closes the connection after a refusal', async () => {
    const manual = manualBackend();
    manual.on({ receive: tokens(REFUSAL) });
    const call = remctl({ backend: manual.backend, host: 'h', port: 1, command: ['x'] });
    await expect(call).rejects.toThrow(RemctlProtocolError);
    expect(manual.log.at(-1)).toBe('close');
  });
});

describe('createClient()', () => {
  test('opens the client if a host is given', async () => {
    const client = await createClient(
      scriptedBackend(() => ({ stdout: 'hi' })),
      { host: 'h' },
    );
    expect((await client.run(['x']).text()).stdout).toBe('hi');
  });

  test('refuses an unknown name with a text that lists the known ones', async () => {
    await expect(createClient(loose('quick'))).rejects.toThrow(/known are pure, native/);
  });

  test('takes the name of the backend from REMCTL_BACKEND', async () => {
    process.env.REMCTL_BACKEND = 'nonsense';
    try {
      await expect(createClient()).rejects.toThrow(/REMCTL_BACKEND/);
    } finally {
      delete process.env.REMCTL_BACKEND;
    }
  });

  test('refuses an object that is no backend with a TypeError', async () => {
    await expect(createClient(loose({}))).rejects.toThrow(TypeError);
  });
});
