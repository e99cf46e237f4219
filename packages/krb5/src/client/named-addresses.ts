/** The addresses that krb5.conf adds to this machine's own in requests. */
import { extraAddresses, initialTicketOptions, type Krb5Config } from '../config/krb5-config.js';
import { systemErrorCode } from '../file/read-file.js';
import { hostAddressOf, type OwnAddress } from '../host/own-addresses.js';
import { resolveHost } from '../host/resolve-host.js';

/** The most names and addresses in extra_addresses that count. */
const MAX_NAMES = 64;

/**
 * Returns the addresses of extra_addresses for a request in `realm`; none if noaddresses is true. A
 * name that leads to no address adds none. Throws the signal's reason.
 */
export async function namedAddresses(
  config: Krb5Config,
  realm: string,
  signal: AbortSignal,
): Promise<readonly OwnAddress[]> {
  if (initialTicketOptions(config, realm).noaddresses) {
    return [];
  }
  const names = extraAddresses(config).slice(0, MAX_NAMES);
  return (await Promise.all(names.map((name) => addressesOf(name, signal)))).flat();
}

async function addressesOf(name: string, signal: AbortSignal): Promise<OwnAddress[]> {
  try {
    const { addresses } = await resolveHost(name, signal);
    return addresses.map(({ address }) => hostAddressOf(address));
  } catch (error) {
    signal.throwIfAborted();
    if (systemErrorCode(error) === undefined) {
      throw error;
    }
    return [];
  }
}
