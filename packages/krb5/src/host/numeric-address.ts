/** Addresses in numbers, in every form that getaddrinfo(3) takes. */
import { isIP, SocketAddress } from 'node:net';

/** An address, and the version of its protocol. */
export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

const BYTES = 4;
const NUMBER = /^(?:0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i;

function numberOf(part: string): number {
  if (!NUMBER.test(part)) {
    return Number.NaN;
  }
  const isOctal = part.startsWith('0') && !/^0x/i.test(part);
  return isOctal ? Number.parseInt(part, 8) : Number(part);
}

/**
 * Returns the IPv4 address that inet_aton(3) reads: one to four numbers, also octal and hexadecimal
 * ones, and the last number fills the bytes that are left, as in `127.1`. Undefined if it is none.
 */
function inetAton(text: string): string | undefined {
  const parts = text.split('.').map(numberOf);
  const last = parts.pop();
  if (last === undefined || parts.length >= BYTES) {
    return undefined;
  }
  const left = BYTES - parts.length;
  // A comparison with NaN is false.
  if (!(last < 256 ** left) || !parts.every((part) => part < 256)) {
    return undefined;
  }
  const rest = Array.from(
    { length: left },
    (_, n) => Math.floor(last / 256 ** (left - 1 - n)) % 256,
  );
  return [...parts, ...rest].join('.');
}

/** Returns the address that a text gives in numbers; undefined if it gives none. */
export function numericAddress(text: string): HostAddress | undefined {
  const four = inetAton(text);
  if (four !== undefined) {
    return { address: four, family: 4 };
  }
  return isIP(text) === 6 ? { address: text, family: 6 } : undefined;
}

/** Returns an address in its one usual form, for comparisons. */
export function usualForm(address: string): string {
  return isIP(address) === 6 && !address.includes('%')
    ? new SocketAddress({ address, family: 'ipv6' }).address
    : address;
}
