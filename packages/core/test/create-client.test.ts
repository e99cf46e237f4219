/** createClient() and remctl(), on scripted backends. */
import { describe, expect, test } from 'vitest';
import { createClient, RemctlProtocolError, remctl } from '../src/index.js';
import { scriptedBackend } from '../src/testing.js';
import { manualBackend, REFUSAL, tokens } from './scripted.js';

describe('remctl()', () => {
  const backend = scriptedBackend((command) => ({
    stdout: command.map((word) => Buffer.from(word)).join(' '),
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

  test('closes the connection, also after a refusal', async () => {
    const manual = manualBackend();
    manual.on({ receive: tokens(REFUSAL) });
    const call = remctl({ backend: manual.backend, host: 'h', port: 1, command: ['x'] });
    await expect(call).rejects.toThrow(RemctlProtocolError);
    expect(manual.log.at(-1)).toBe('close');
  });
});

describe('createClient()', () => {
  test('with a host it is opened', async () => {
    const client = await createClient(
      scriptedBackend(() => ({ stdout: 'hi' })),
      { host: 'h' },
    );
    expect((await client.run(['x']).text()).stdout).toBe('hi');
  });

  test('an unknown name is a RangeError that lists the known', async () => {
    const name: unknown = 'quick';
    await expect(createClient(name as 'pure')).rejects.toThrow(/known are pure, native/);
  });

  test('REMCTL_BACKEND names the backend', async () => {
    process.env.REMCTL_BACKEND = 'nonsense';
    try {
      await expect(createClient()).rejects.toThrow(/REMCTL_BACKEND/);
    } finally {
      delete process.env.REMCTL_BACKEND;
    }
  });

  test('an object that is no backend is a TypeError', async () => {
    const object: unknown = {};
    await expect(createClient(object as 'pure')).rejects.toThrow(TypeError);
  });
});
