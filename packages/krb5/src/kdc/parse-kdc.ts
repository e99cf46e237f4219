/** Reads the addresses of KDCs in krb5.conf. */
import { isIPv6 } from 'node:net';
import type { Kdc, Transport } from './kdc.js';

/** The port of the Kerberos service (RFC 4120, section 7.2). */
const KERBEROS_PORT = 88;
const MAX_PORT = 65_535;

/**
 * Reads a `kdc` relation's value: a host or an address, with an optional port after a colon and an
 * optional `udp/` or `tcp/` before it. An IPv6 address with a port is in brackets. Returns undefined
 * for a value of another form, such as an HTTPS proxy.
 */
export function parseKdc(value: string): Kdc | undefined {
  const text = value.trim();
  if (/^https?:/i.test(text)) {
    return undefined;
  }
  const [, prefix, rest = ''] = /^(?:(udp|tcp)\/)?(.*)$/i.exec(text) ?? [];
  const transports: Transport[] =
    prefix === undefined ? ['udp', 'tcp'] : [prefix.toLowerCase() === 'tcp' ? 'tcp' : 'udp'];
  if (isIPv6(rest)) {
    return { host: rest, port: KERBEROS_PORT, transports };
  }
  const parts = /^(?:\[([^\]]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/.exec(rest);
  const host = parts?.[1] ?? parts?.[2];
  const port = parts?.[3] === undefined ? KERBEROS_PORT : Number(parts[3]);
  if (host === undefined || port < 1 || port > MAX_PORT) {
    return undefined;
  }
  return { host, port, transports };
}
