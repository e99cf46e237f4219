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
const HEX_DIGITS = 4;
const LINK_LOCAL = /^fe[89ab]/i;
/** Other addresses of the loopback interface count: a service may be reached by one. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1']);

/**
 * Returns this machine's addresses, without 127.0.0.1, ::1 and IPv6's link-local ones, as
 * krb5_os_localaddr does.
 */
export function ownAddresses(
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): OwnAddress[] {
  const addresses = Object.values(interfaces)
    .flatMap((each) => each ?? [])
    .map(({ address }) => address)
    .filter((address) => !LOOPBACK.has(address) && !LINK_LOCAL.test(address));
  return [...new Set(addresses)].map(hostAddressOf);
}

/** Writes an address in numbers, in the usual form, as tickets hold it. */
export function hostAddressOf(address: string): OwnAddress {
  return isIPv6(address)
    ? { addrType: ADDRESS_TYPE.IPv6, address: ipv6Octets(address) }
    : { addrType: ADDRESS_TYPE.IPv4, address: Uint8Array.from(address.split('.').map(Number)) };
}

/** Writes the IPv4 address at the end of an IPv6 address, as in `::ffff:192.0.2.1`, as two groups. */
function groupsOfIpv4(address: string): string {
  const digits = Buffer.from(address.split('.').map(Number)).toString('hex');
  return `${digits.slice(0, HEX_DIGITS)}:${digits.slice(HEX_DIGITS)}`;
}

/** Returns the 16 octets of an IPv6 address. */
function ipv6Octets(address: string): Uint8Array {
  const [unscoped = ''] = address.split('%', 1);
  const [head = '', tail] = unscoped.replace(/[\d.]+\.\d+$/, groupsOfIpv4).split('::');
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
