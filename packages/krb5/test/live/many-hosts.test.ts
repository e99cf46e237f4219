/** Tickets for many hosts at the same time. */
import { addPrincipals, startSilentKdc } from '@remctl/realm';
import { beforeAll, describe, expect, test } from 'vitest';
import { LocalErrorCode } from '../../src/error-codes.js';
import { createInitiatorContext } from '../../src/gss/initiator.js';
import { freshCache } from '../support/credentials.js';
import { configOf, variantConfig } from '../support/realm-files.js';
import { useRealm } from '../support/use-realm.js';

const HOSTS = 1000;
/** Requests to one realm that may be under way at the same time. */
const AT_ONCE = 32;

const realm = useRealm();
let services: string[];
beforeAll(async () => {
  services = Array.from({ length: HOSTS }, (_, number) => `host/h${number}.test@${realm.name}`);
  await addPrincipals(realm, services);
}, 60_000);

/** Opens a context with each host at once, and returns the errors. */
async function openAll(
  options: Omit<Parameters<typeof createInitiatorContext>[0], 'principal'>,
): Promise<unknown[]> {
  const ends = await Promise.allSettled(
    services.map((principal) => createInitiatorContext({ principal, ...options }).step()),
  );
  return ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
}

describe(`${HOSTS} contexts at once`, () => {
  test('are established', { timeout: 60_000 }, async () => {
    const failures = await openAll({
      credentials: await freshCache(realm),
      config: await configOf(realm),
    });
    expect(failures).toEqual([]);
  });

  test('are established if the first KDC of two is silent', { timeout: 60_000 }, async () => {
    await using silent = await startSilentKdc();
    const kdcs = [silent.kdc, `127.0.0.1:${realm.kdcPort}`];
    const config = await variantConfig(realm, { kdcs });
    expect(await openAll({ credentials: await freshCache(realm), config })).toEqual([]);
    // Only the requests of the first turn ask the silent KDC, by each transport at most.
    expect(silent.asked()).toBeLessThanOrEqual(2 * AT_ONCE);
  });

  test('fail with those that had the first turn if no KDC answers', {
    timeout: 60_000,
  }, async () => {
    await using silent = await startSilentKdc();
    const libdefaults = ['request_timeout = 1s'];
    const config = await variantConfig(realm, { kdcs: [`udp/${silent.kdc}`], libdefaults });
    const failures = await openAll({ credentials: await freshCache(realm), config });
    expect(failures).toHaveLength(HOSTS);
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: LocalErrorCode.KRB5_KDC_UNREACH });
    }
    expect(silent.asked()).toBeLessThanOrEqual(AT_ONCE);
  });
});
