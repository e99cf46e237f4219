/** What a realm logs: failures by default, everything if it is asked. */
import type { LogRecord } from '@remctl/server';
import { expect, test, vi } from 'vitest';
import { startTestRealm } from '../../src/index.js';
import { faulty, whoami } from '../support/commands.js';
import { remctlC } from '../support/run.js';

test('by default only failures go to standard error, with the stack of what threw', async () => {
  const written = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    await using realm = await startTestRealm({ commands: [whoami, faulty] });
    expect(await remctlC(realm, 'whoami')).toMatchObject({ status: 0 });
    expect(await remctlC(realm, 'unknown')).toMatchObject({ status: 255 });
    expect(written).not.toHaveBeenCalled();
    const { status, stderr } = await remctlC(realm, 'faulty', 'x');
    expect({ status, stderr }).toEqual({ status: 255, stderr: 'Internal failure\n' });
    expect(written).toHaveBeenCalledOnce();
    const [text, error] = written.mock.calls[0] ?? [];
    expect(text).toMatch(/^remctl test realm: the command \["faulty","x"\] of alice@REMCTL\.TEST/);
    expect(error).toMatchObject({
      message: 'the account database is away',
      stack: expect.stringContaining('commands.ts'),
    });
  } finally {
    written.mockRestore();
  }
});

test('the option log gets every record, and nothing else is written', async () => {
  const written = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const records: LogRecord[] = [];
  try {
    await using realm = await startTestRealm({
      commands: [whoami, faulty],
      log: (record) => records.push(record),
    });
    await remctlC(realm, 'whoami');
    await remctlC(realm, 'unknown');
    await remctlC(realm, 'faulty');
    expect(written).not.toHaveBeenCalled();
  } finally {
    written.mockRestore();
  }
  expect(records.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['command', 'refused', 'failed']),
  );
});
