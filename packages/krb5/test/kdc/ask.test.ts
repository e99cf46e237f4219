/** Requests to chosen KDCs of a realm, beside requests to all of them. */
import { expect, onTestFinished, test } from 'vitest';
import { readKrb5Config } from '../../src/config/krb5-config.js';
import { askKdcs, type KdcChoice } from '../../src/kdc/ask.js';
import type { Kdc } from '../../src/kdc/kdc.js';
import type { KnownRealm } from '../../src/kdc/known-realms.js';
import { recentlyUsed } from '../../src/recently-used.js';
import { LOOPBACK, listenUdp } from '../support/loopback.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();
const REQUEST = Buffer.from('request');
const open = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** Starts a KDC that gives this answer, or none. */
async function kdcThat(answer?: string): Promise<Kdc> {
  const socket = await listenUdp((_request, { port, address }) => {
    if (answer !== undefined) {
      socket.send(answer, port, address);
    }
  });
  onTestFinished(() => {
    socket.close();
  });
  return { host: LOOPBACK, port: socket.address().port, transports: ['udp'] };
}

const configFor = ({ host, port }: Kdc) =>
  readKrb5Config({
    KRB5_CONFIG: files.write(
      'krb5.conf',
      `[libdefaults]\n request_timeout = 1s\n[realms]\n R = {\n  kdc = udp/${host}:${port}\n }\n`,
    ),
  });

test('the KDC that answered is known, and chosen KDCs do not become the first of all', async () => {
  const [first, chosen] = [await kdcThat('first'), await kdcThat('chosen')];
  const realms = recentlyUsed<KnownRealm>(1);
  const options = { config: await configFor(first), realms, signal: undefined };
  const ask = async (kdcs: KdcChoice) => [
    await askKdcs('R', REQUEST, open, { ...options, kdcs }),
    kdcs.answered,
  ];
  const all = () => ask({ only: undefined, answered: undefined });
  const { host, port } = first;
  const byFirst = [{ type: 'reply', reply: 'first' }, expect.objectContaining({ host, port })];
  expect(await all()).toEqual(byFirst);
  expect(await ask({ only: [chosen], answered: undefined })).toEqual([
    { type: 'reply', reply: 'chosen' },
    chosen,
  ]);
  expect(await all()).toEqual(byFirst);
});

test('silent chosen KDCs do not fail requests that wait for their turn with all KDCs', async () => {
  const silent = await kdcThat();
  const config = await configFor(await kdcThat('answer'));
  const options = { config, realms: recentlyUsed<KnownRealm>(1), signal: undefined };
  const AT_ONCE = 32;
  const chosen = Array.from({ length: AT_ONCE }, () =>
    askKdcs('R', REQUEST, open, { ...options, kdcs: { only: [silent], answered: undefined } }),
  );
  const waiting = askKdcs('R', REQUEST, open, options);
  const settled = await Promise.allSettled(chosen);
  expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
  expect(await waiting).toEqual({ type: 'reply', reply: 'answer' });
});
