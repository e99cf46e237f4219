/** Requests to KDCs on loopback, by UDP and TCP. */
import { createSocket, type Socket } from 'node:dgram';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Kdc, Resolve, Transport } from '../../src/kdc/kdc.js';
import { KdcUnreachable } from '../../src/kdc/kdc-unreachable.js';
import type { LastAnswer } from '../../src/kdc/last-answer.js';
import { sendToKdcs } from '../../src/kdc/send.js';
import { lengthPrefixed } from '../support/connection.js';
import { LOOPBACK, listenTcp, listenUdp } from '../support/loopback.js';

const ANSWER = Buffer.from('answer');
const accept = (bytes: Uint8Array) => (ANSWER.equals(bytes) ? 'accepted' : undefined);
const REQUEST = Buffer.from('request');
const options = { first: 'udp' as Transport, tcpOnly: false, signal: undefined };

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) {
    end();
  }
});

async function udpServer(
  answer: (socket: Socket, port: number, address: string, count: number) => void,
): Promise<{ kdc: Kdc; count: () => number }> {
  let count = 0;
  const socket = await listenUdp((_message, { port, address }) =>
    answer(socket, port, address, ++count),
  );
  ends.push(() => socket.close());
  return {
    kdc: { host: LOOPBACK, port: socket.address().port, transports: ['udp', 'tcp'] },
    count: () => count,
  };
}

async function tcpServer(answer: Buffer, chunk = answer.length): Promise<Kdc> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', () => {
      for (let at = 0; at < answer.length; at += chunk) {
        socket.write(answer.subarray(at, at + chunk));
      }
    });
  });
  const port = await listenTcp(server);
  ends.push(() => server.close());
  return { host: LOOPBACK, port, transports: ['tcp'] };
}

describe('UDP', () => {
  test('the answer of the first KDC to answer is taken', async () => {
    const { kdc } = await udpServer((socket, port, address) => socket.send(ANSWER, port, address));
    await expect(sendToKdcs([kdc], REQUEST, accept, options)).resolves.toBe('accepted');
  });

  test('a datagram that is no answer is ignored, and the answer after it is taken', async () => {
    const { kdc } = await udpServer((socket, port, address) => {
      socket.send(Buffer.from('noise'), port, address);
      socket.send(ANSWER, port, address);
    });
    await expect(sendToKdcs([kdc], REQUEST, accept, options)).resolves.toBe('accepted');
  });

  test('an answer from another port is ignored', async () => {
    const { kdc } = await udpServer((socket, port, address, count) => {
      if (count > 1) {
        socket.send(ANSWER, port, address);
        return;
      }
      const other = createSocket('udp4');
      other.send(ANSWER, port, address, () => other.close());
    });
    const udpOnly: Kdc = { ...kdc, transports: ['udp'] };
    await sendToKdcs([udpOnly], REQUEST, accept, options);
  });

  test('a KDC that lost the first datagram is asked again', async () => {
    const { kdc, count } = await udpServer((socket, port, address, count) => {
      if (count === 2) {
        socket.send(ANSWER, port, address);
      }
    });
    await expect(sendToKdcs([kdc], REQUEST, accept, options)).resolves.toBe('accepted');
    expect(count()).toBe(2);
  });

  test('a silent first KDC of two costs less than three seconds', async () => {
    const silent = await udpServer(() => undefined);
    const good = await udpServer((socket, port, address) => socket.send(ANSWER, port, address));
    const start = performance.now();
    await expect(sendToKdcs([silent.kdc, good.kdc], REQUEST, accept, options)).resolves.toBe(
      'accepted',
    );
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test('the answer of a slow KDC is taken after others were asked', async () => {
    let answer: () => void = () => undefined;
    const slow = await udpServer((socket, port, address) => {
      answer = () => socket.send(ANSWER, port, address);
    });
    const silent = await udpServer(() => answer());
    await expect(sendToKdcs([slow.kdc, silent.kdc], REQUEST, accept, options)).resolves.toBe(
      'accepted',
    );
    expect(slow.count()).toBe(1);
  });

  test('a request to closed ports fails at once with an error that names each port', async () => {
    const { kdc } = await udpServer(() => undefined);
    ends.pop()?.();
    const error = await sendToKdcs([kdc], REQUEST, accept, options).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(KdcUnreachable);
    expect(String(error)).toContain(`udp/127.0.0.1 port ${kdc.port}: ECONNREFUSED`);
    expect(String(error)).toContain(`tcp/127.0.0.1 port ${kdc.port}: ECONNREFUSED`);
  });

  test('a KDC whose name does not resolve is passed over', async () => {
    const good = await udpServer((socket, port, address) => socket.send(ANSWER, port, address));
    const missing: Kdc = { host: 'kdc.invalid', port: 88, transports: ['udp', 'tcp'] };
    await expect(sendToKdcs([missing, good.kdc], REQUEST, accept, options)).resolves.toBe(
      'accepted',
    );
    await expect(sendToKdcs([missing], REQUEST, accept, options)).rejects.toThrow('kdc.invalid');
  });

  test('an AbortSignal ends the wait with its reason', async () => {
    const silent = await udpServer(() => undefined);
    const reason = new Error('enough');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 20);
    await expect(
      sendToKdcs([silent.kdc], REQUEST, accept, { ...options, signal: controller.signal }),
    ).rejects.toBe(reason);
  });
});

describe('many KDCs', () => {
  test('a wait for twelve silent KDCs gives no warning', async () => {
    const silent = await udpServer(() => undefined);
    const good = await udpServer((socket, port, address) => socket.send(ANSWER, port, address));
    const warnings = vi.spyOn(process, 'emitWarning');
    const others = Array.from({ length: 12 }, () => silent.kdc);
    await expect(sendToKdcs([...others, good.kdc], REQUEST, accept, options)).resolves.toBe(
      'accepted',
    );
    expect(silent.count()).toBe(12);
    expect(warnings).not.toHaveBeenCalled();
    warnings.mockRestore();
  });

  test('a name that does not resolve delays no other, and its look-up ends with the answer', async () => {
    const good = await udpServer((socket, port, address) => socket.send(ANSWER, port, address));
    const slow: Kdc = { host: 'slow.test', port: 88, transports: ['udp'] };
    let ended = false;
    const resolve: Resolve = (_host, signal) =>
      new Promise((_found, reject) => {
        signal.addEventListener('abort', () => {
          ended = true;
          reject(signal.reason);
        });
      });
    await expect(
      sendToKdcs([slow, good.kdc], REQUEST, accept, { ...options, resolve }),
    ).resolves.toBe('accepted');
    expect(ended).toBe(true);
  });

  test('a KDC whose name resolves late is asked late', async () => {
    const { kdc } = await udpServer((socket, port, address) => socket.send(ANSWER, port, address));
    const late: Kdc = { ...kdc, host: 'late.test' };
    const resolve: Resolve = async () => {
      await new Promise((wake) => setTimeout(wake, 1000));
      return [{ address: '127.0.0.1', family: 4 }];
    };
    await expect(sendToKdcs([late], REQUEST, accept, { ...options, resolve })).resolves.toBe(
      'accepted',
    );
  });

  test('every address of a name is asked, and next time the one that answered is asked first', async () => {
    const { kdc, count } = await udpServer((socket, port, address) =>
      socket.send(ANSWER, port, address),
    );
    const named: Kdc = { ...kdc, host: 'two.test', transports: ['udp'] };
    // The first address is this machine's too, but nobody listens at that port.
    const resolve: Resolve = async () =>
      ['127.0.0.9', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    const last: LastAnswer = { current: undefined };
    const send = () => sendToKdcs([named], REQUEST, accept, { ...options, resolve, last });
    await expect(send()).resolves.toBe('accepted');
    expect(last.current).toMatchObject({ host: 'two.test', address: { address: '127.0.0.1' } });
    await expect(send()).resolves.toBe('accepted');
    expect(count()).toBe(2);
  });
});

describe('the KDC that answered last', () => {
  const answering = () => udpServer((socket, port, address) => socket.send(ANSWER, port, address));

  test('is asked first, and alone', async () => {
    const [first, second] = [await answering(), await answering()];
    const last: LastAnswer = { current: undefined };
    const send = () => sendToKdcs([first.kdc, second.kdc], REQUEST, accept, { ...options, last });
    await send();
    expect(last.current?.address.port).toBe(first.kdc.port);
    await sendToKdcs([second.kdc], REQUEST, accept, { ...options, last });
    await send();
    expect([first.count(), second.count()]).toEqual([1, 2]);
  });

  test('is forgotten after five minutes', async () => {
    const [first, second] = [await answering(), await answering()];
    const last: LastAnswer = { current: undefined };
    await sendToKdcs([second.kdc], REQUEST, accept, { ...options, last });
    const { now } = performance;
    const clock = vi
      .spyOn(performance, 'now')
      .mockImplementation(() => now.call(performance) + 300_001);
    await sendToKdcs([first.kdc, second.kdc], REQUEST, accept, { ...options, last });
    clock.mockRestore();
    expect([first.count(), second.count()]).toEqual([1, 1]);
  });

  test('is forgotten when nobody answers', async () => {
    const silent = await udpServer(() => undefined);
    const last: LastAnswer = { current: undefined };
    const good = await answering();
    await sendToKdcs([good.kdc], REQUEST, accept, { ...options, last });
    await expect(
      sendToKdcs([silent.kdc], REQUEST, accept, { ...options, last, overallMs: 50 }),
    ).rejects.toThrow(KdcUnreachable);
    expect(last.current).toBeUndefined();
  });

  test.each([
    ['before', [0, 2]],
    ['configured', [1, 1]],
  ] as const)('stays first, or not, as the next answer says: %s', async (next, counts) => {
    const [first, second] = [await answering(), await answering()];
    const last: LastAnswer = { current: undefined };
    const all = { ...options, last };
    await sendToKdcs([second.kdc], REQUEST, accept, all);
    const remembered = last.current;
    await sendToKdcs([first.kdc], REQUEST, accept, { ...all, nextFirst: () => 'before' });
    // The second KDC was not asked: nothing is known about it any more.
    expect(last.current).toBeUndefined();
    last.current = remembered;
    const kdcs = [first.kdc, second.kdc];
    await sendToKdcs(kdcs, REQUEST, accept, { ...all, nextFirst: () => next });
    await sendToKdcs(kdcs, REQUEST, accept, all);
    expect([first.count() - 1, second.count() - 1]).toEqual(counts);
  });
});

describe('TCP', () => {
  test.each([1, 3, 10])('an answer in pieces of length %i is read', async (chunk) => {
    const kdc = await tcpServer(lengthPrefixed(ANSWER), chunk);
    await expect(sendToKdcs([kdc], REQUEST, accept, options)).resolves.toBe('accepted');
  });

  test.each([
    ['4 GiB', Buffer.from('ffffffff', 'hex'), 'announced an answer of 4294967295 bytes'],
    ['garbage', lengthPrefixed(Buffer.from('noise')), 'something other than an answer'],
  ])('an answer of %s is refused at once', async (_name, answer, text) => {
    const kdc = await tcpServer(answer);
    await expect(sendToKdcs([kdc], REQUEST, accept, options)).rejects.toThrow(text);
  });

  test('the second KDC is asked if the first sends garbage', async () => {
    const bad = await tcpServer(lengthPrefixed(Buffer.from('noise')));
    const good = await tcpServer(lengthPrefixed(ANSWER));
    await expect(sendToKdcs([bad, good], REQUEST, accept, options)).resolves.toBe('accepted');
  });

  test('tcpOnly sends no datagram', async () => {
    const udp = await udpServer((socket, port, address) => socket.send(ANSWER, port, address));
    await expect(
      sendToKdcs([udp.kdc], REQUEST, accept, { ...options, tcpOnly: true }),
    ).rejects.toThrow(KdcUnreachable);
    expect(udp.count()).toBe(0);
  });
});
