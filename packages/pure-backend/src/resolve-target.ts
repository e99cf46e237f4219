/** Resolves a host's name to its addresses, within a time-out. */
import { isIP } from 'node:net';
import { RemctlTimeoutError } from '@remctl/core';
import { noAddressOfFamily, shortage, timedOut, unknownHost } from '@remctl/core/failures';
import { type ResolvedHost, resolveHost } from '@remctl/krb5';
import { bounded } from './bounded.js';
import type { DialOptions } from './dial.js';
import { shortageIn, shortageNow } from './find-shortage.js';
import { systemFailure } from './system-error.js';

/**
 * Returns the host's addresses and its canonical name. With a source address, only the addresses of its
 * family. The time-out and the signal end the questions to DNS too: the process's end waits for none.
 *
 * Throws RemctlTimeoutError and RemctlNetworkError of phase `resolve`, and the signal's reason.
 */
export async function resolveTarget(options: DialOptions): Promise<ResolvedHost> {
  const { host, sourceIp, timeoutMs } = options;
  const controller = new AbortController();
  let found: ResolvedHost;
  try {
    found = await bounded(resolveHost(host, controller.signal), options, () =>
      timedOut(options, 'resolve', timeoutMs),
    );
  } catch (error) {
    controller.abort(error);
    if (options.signal.aborted || error instanceof RemctlTimeoutError) {
      throw error;
    }
    const lacking = shortageIn(error) ?? (await shortageNow());
    throw lacking === undefined
      ? unknownHost(host, systemFailure(error), error)
      : shortage(options, systemFailure(lacking), error);
  }
  const family = sourceIp === undefined ? undefined : isIP(sourceIp);
  const addresses = found.addresses.filter(
    (each) => family === undefined || each.family === family,
  );
  if (addresses.length > 0) {
    return { ...found, addresses };
  }
  throw family === undefined
    ? unknownHost(host, { code: 'ENOTFOUND', text: 'it has no address' })
    : noAddressOfFamily(host, family);
}
