/** From a host's name to its addresses, within a time-out. */
import { isIP } from 'node:net';
import { RemctlNetworkError, RemctlTimeoutError } from '@remctl/core';
import { type ResolvedHost, resolveHost } from '@remctl/krb5';
import { bounded } from './bounded.js';
import type { DialOptions } from './dial.js';
import { shortageError, shortageIn, shortageNow } from './shortage.js';
import { systemFailure } from './system-error.js';

/**
 * The addresses of the host, of the source address's family if there is one, and its canonical
 * name. The time-out and the signal end the questions to DNS too, so that nothing is waited for
 * afterwards, at the process's end either.
 *
 * Rejects with the signal's reason; RemctlTimeoutError or RemctlNetworkError of phase `resolve`.
 */
export async function resolveTarget(options: DialOptions): Promise<ResolvedHost> {
  const { host, sourceIp } = options;
  const family = sourceIp === undefined ? 0 : isIP(sourceIp);
  const ofFamily = family === 0 ? '' : ` (for IPv${family}, as the source address is)`;
  const timedOut = () =>
    new RemctlTimeoutError(`the name ${host} did not resolve in time`, { phase: 'resolve' });
  const controller = new AbortController();
  try {
    const found = await bounded(resolveHost(host, controller.signal), options, timedOut);
    const addresses = found.addresses.filter((each) => family === 0 || each.family === family);
    if (addresses.length > 0) {
      return { ...found, addresses };
    }
  } catch (error) {
    controller.abort(error);
    if (options.signal.aborted || error instanceof RemctlTimeoutError) {
      throw error;
    }
    const shortage = shortageIn(error) ?? (await shortageNow());
    if (shortage !== undefined) {
      throw shortageError(`${host} (port ${options.port})`, shortage, error);
    }
    const { code, text } = systemFailure(error);
    throw new RemctlNetworkError(
      `unknown host ${host}${ofFamily}: ${text}`,
      { code, phase: 'resolve' },
      { cause: error },
    );
  }
  throw new RemctlNetworkError(`unknown host ${host}${ofFamily}: it has no address`, {
    code: 'ENOTFOUND',
    phase: 'resolve',
  });
}
