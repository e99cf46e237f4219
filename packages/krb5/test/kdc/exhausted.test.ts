/** Requests to a KDC without a free file descriptor. */
import { type DescriptorLimit, limitDescriptors, startSilentKdc } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unreachable } from '../../src/client/kdc-failure.js';
import { LocalErrorCode } from '../../src/error-codes.js';
import type { Kdc, Transport } from '../../src/kdc/kdc.js';
import type { LastAnswer } from '../../src/kdc/last-answer.js';
import { sendToKdcs } from '../../src/kdc/send.js';

const REQUEST = Buffer.from('request');

let limit: DescriptorLimit;

beforeAll(async () => {
  limit = await limitDescriptors();
});

afterAll(() => limit[Symbol.asyncDispose]());

describe.each(['udp', 'tcp'] as const)('a missing descriptor for %s', (transport: Transport) => {
  test('is reported by the system’s name for it, and no KDC is blamed', async () => {
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
    const release = limit.takeAllBut(0);
    const error = await sendToKdcs([kdc], REQUEST, () => undefined, {
      first: transport,
      tcpOnly: false,
      signal: undefined,
      last,
    })
      .catch((reason: unknown) => reason)
      .finally(release);
    expect(error).toMatchObject({ cause: { code: 'EMFILE' } });
    expect(last.current).toBe(remembered);
    expect(unreachable(error, 'REALM.TEST')).toMatchObject({
      code: LocalErrorCode.KRB5_KDC_UNREACH,
      message: expect.stringMatching(/^this machine has nothing left .*EMFILE/),
      cause: { cause: { code: 'EMFILE' } },
    });
  });
});
