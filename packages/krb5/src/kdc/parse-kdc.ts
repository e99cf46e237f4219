/** Reads the addresses of KDCs in krb5.conf. */
import { isIPv6 } from 'node:net';
import type { Kdc, ProxyTerms, Transport } from './kdc.js';

/** The port of the Kerberos service (RFC 4120, section 7.2). */
export const KERBEROS_PORT = 88;
/** The port of HTTPS (RFC 9110, section 4.2.2). */
const HTTPS_PORT = 443;
const MAX_PORT = 65_535;

/** A host or an address, and a port. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host`, `host:port` or `[address]:port` at the start of `text`. What follows a space or a
 * tab does not count, as for libkrb5: many files have a comment there. An IPv6 address alone needs
 * no brackets. Returns undefined for a text of another form, or a port that does not exist.
 */
export function parseHostAndPort(text: string, defaultPort: number): HostAndPort | undefined {
  const [word = ''] = text.split(/[ \t]/, 1);
  if (isIPv6(word)) {
    return { host: word, port: defaultPort };
  }
  if (/^\d+$/.test(text)) {
    return undefined;
  }
  const [, bracketed, plain, rest = ''] = /^(?:\[([^\]]+)\]|([^ \t:[\]]+))(.*)$/s.exec(text) ?? [];
  const host = bracketed ?? plain;
  const written = rest.startsWith(':')
    ? /^:[ \t]*\+?(\d+)(?:[ \t]|$)/.exec(rest)?.[1]
    : String(defaultPort);
  const port = Number(written);
  return host !== undefined && port >= 1 && port <= MAX_PORT ? { host, port } : undefined;
}

/**
 * Reads the URL of a KDC proxy, `https://host[:port][/path]`, up to a space or a tab. Returns undefined
 * for another text.
 */
export function parseProxy(text: string, terms: ProxyTerms): Kdc | undefined {
  const [, authority = '', path = '/'] =
    /^https:\/\/([^/ \t]+)(\/[\x21-\x7e]*)?(?:[ \t]|$)/.exec(text) ?? [];
  const found = parseHostAndPort(authority, HTTPS_PORT);
  return (
    found && {
      ...found,
      transports: ['https'],
      proxy: { ...terms, host: found.host, path },
    }
  );
}

/**
 * Reads the first word of a `kdc` relation's value: a host or an address, with an optional port
 * after a colon, and an optional `udp/` or `tcp/` before it, as Heimdal writes it; or the URL of a
 * KDC proxy, which is asked by `terms`. Returns undefined for a value of another form.
 */
export function parseKdc(value: string, terms: ProxyTerms): Kdc | undefined {
  const text = value.trim();
  if (/^https?:\/\//i.test(text)) {
    return parseProxy(text, terms);
  }
  const [, prefix, rest = ''] = /^(?:(udp|tcp)\/)?(.*)$/i.exec(text) ?? [];
  const transports: Transport[] =
    prefix === undefined ? ['udp', 'tcp'] : [prefix.toLowerCase() === 'tcp' ? 'tcp' : 'udp'];
  const found = parseHostAndPort(rest, KERBEROS_PORT);
  return found && { ...found, transports };
}
