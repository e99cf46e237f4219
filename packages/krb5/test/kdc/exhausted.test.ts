/** Requests to a KDC from a process that has no descriptor left. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { startSilentKdc } from '@remctl/realm';
import { describe, expect, test } from 'vitest';
import { unreachable } from '../../src/client/kdc-failure.js';
import { LocalErrorCode } from '../../src/error-codes.js';
import type { LastAnswer } from '../../src/kdc/last-answer.js';
import { type Kdc, sendToKdcs, type Transport } from '../../src/kdc/send.js';

const REQUEST = Buffer.from('request');

/** Runs `work` while this process may open no more files. */
async function withoutDescriptors<T>(work: () => Promise<T>): Promise<T> {
  const limits = (limit: string) =>
    execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${limit}`]);
  const [soft, hard] = execFileSync('prlimit', [
    '--pid',
    String(process.pid),
    '--nofile',
    '--noheadings',
    '--raw',
    '--output=SOFT,HARD',
  ])
    .toString()
    .trim()
    .split(' ');
  const highest = Math.max(...readdirSync('/proc/self/fd').map(Number));
  limits(`${highest + 1}:${hard}`);
  const taken: number[] = [];
  try {
    for (;;) {
      try {
        taken.push(openSync('/dev/null', 'r'));
      } catch {
        break;
      }
    }
    return await work();
  } finally {
    for (const descriptor of taken) closeSync(descriptor);
    limits(`${soft}:${hard}`);
  }
}

describe.each(['udp', 'tcp'] as const)('no descriptor for %s', (transport: Transport) => {
  test('is said by the system’s name for it, and no KDC is blamed', async () => {
    await using silent = await startSilentKdc();
    const port = Number(silent.kdc.split(':')[1]);
    const kdc: Kdc = { host: '127.0.0.1', port, transports: [transport] };
    const last: LastAnswer = {
      current: {
        host: kdc.host,
        address: { address: kdc.host, family: 4, port },
        udpSilent: false,
        tookMs: 1,
        at: performance.now(),
      },
    };
    const remembered = last.current;
    const error = await withoutDescriptors(() =>
      sendToKdcs([kdc], REQUEST, () => undefined, {
        first: transport,
        tcpOnly: false,
        signal: undefined,
        last,
      }).then(
        () => undefined,
        (reason: unknown) => reason,
      ),
    );
    expect(error).toMatchObject({ cause: { code: 'EMFILE' } });
    expect(last.current).toBe(remembered);
    expect(unreachable(error, 'REALM.TEST')).toMatchObject({
      code: LocalErrorCode.KRB5_KDC_UNREACH,
      message: expect.stringMatching(/^this machine has nothing left .*EMFILE/),
      cause: { cause: { code: 'EMFILE' } },
    });
  });
});
