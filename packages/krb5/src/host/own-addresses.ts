/** The addresses of this machine, as tickets hold them. */
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** HostAddress (RFC 4120, section 5.2.5). */
export interface OwnAddress {
  readonly addrType: number;
  readonly address: Uint8Array;
}

/** Address types (RFC 4120, section 7.5.3). */
const ADDRESS_TYPE = { IPv4: 2, IPv6: 24 } as const;

const IPV6_GROUPS = 8;
const GROUP_OCTETS = 2;
const HEX = 16;
const LINK_LOCAL = /^fe[89ab]/i;

/**
 * Returns this machine's addresses, without those of the loopback interface and IPv6's link-local
 * ones, as krb5_os_localaddr does.
 */
export function ownAddresses(): OwnAddress[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address))
    .map(({ address }) =>
      isIPv6(address)
        ? { addrType: ADDRESS_TYPE.IPv6, address: ipv6Octets(address) }
        : { addrType: ADDRESS_TYPE.IPv4, address: Uint8Array.from(address.split('.').map(Number)) },
    );
}

/** Returns the 16 octets of an IPv6 address in the form that the system writes. */
function ipv6Octets(address: string): Uint8Array {
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const front = groups(head);
  const back = groups(tail ?? '');
  const zeros = Array.from({ length: IPV6_GROUPS - front.length - back.length }, () => '0');
  const octets = Buffer.alloc(IPV6_GROUPS * GROUP_OCTETS);
  for (const [at, group] of [...front, ...zeros, ...back].entries()) {
    octets.writeUInt16BE(Number.parseInt(group, HEX), at * GROUP_OCTETS);
  }
  return octets;
}
