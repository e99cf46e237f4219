/** Ends of programs in a process that has no file descriptor left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { endGroup } from '../../../src/commands/program/end-group.js';

vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  async readdir() {
    throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  },
}));

const GRACE_MS = 100;

test('a program that ignores SIGTERM is killed even if /proc cannot be read', async () => {
  const script = 'trap "" TERM; echo ready; while :; do sleep 1; done';
  const child = spawn('/bin/sh', ['-c', script], { detached: true });
  const exited = once(child, 'exit').then(([code]) => code ?? undefined);
  await once(child.stdout, 'data');
  try {
    await endGroup({ pid: child.pid ?? 0, exited }, GRACE_MS);
    expect(child.signalCode).toBe('SIGKILL');
  } finally {
    child.kill('SIGKILL');
  }
});
