/** A KDC by its name and by its addresses, and its answers. */
import { isIP } from 'node:net';
import { resolveHost } from '../host/resolve-host.js';
import { trace } from '../trace/trace.js';

/** The protocols that a KDC may be asked by. */
export type Transport = 'udp' | 'tcp' | 'https';

/** How a realm's KDC proxies are asked. */
export interface ProxyTerms {
  /** The realm that a proxy is asked for. */
  readonly realm: string;
  /** http_anchors as written, for `readAnchors`. */
  readonly anchors: readonly string[];
}

/** A proxy that passes requests on to a realm's KDCs (MS-KKDCP). */
export interface KdcProxy extends ProxyTerms {
  /** The name that its certificate must hold. */
  readonly host: string;
  /** The path of its URL, which begins with a slash. */
  readonly path: string;
}

/** A KDC by name, as the configuration or DNS gives it. */
export interface Kdc {
  readonly host: string;
  readonly port: number;
  /** The transports that the KDC may be asked by. */
  readonly transports: readonly Transport[];
  /** The proxy, if the transport is HTTPS. */
  readonly proxy?: KdcProxy;
  /** Whether DNS marks the KDC as a primary one; undefined if the record cannot tell. */
  readonly primary?: boolean;
}

/** One resolved address of a KDC. */
export interface KdcAddress {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
  /** The proxy that is there, if the transport is HTTPS. */
  readonly proxy?: KdcProxy;
}

/**
 * Reads an answer. Returns the caller's result, or undefined if the bytes are no answer to the
 * request.
 */
export type AcceptAnswer<T> = (answer: Uint8Array) => T | undefined;

/** Resolves a host's addresses. Throws the system's error, or the signal's reason. */
export type Resolve = (
  host: string,
  signal: AbortSignal,
) => Promise<readonly { readonly address: string; readonly family: number }[]>;

/** Resolves a host as the system does. */
export const systemResolve: Resolve = async (host, signal) =>
  (await resolveHost(host, signal)).addresses;

/** Returns a KDC's addresses. An address in the place of a name is not looked up. */
export async function addressesOf(
  { host, port, proxy }: Kdc,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<KdcAddress[]> {
  const family = isIP(host);
  trace(() => `Resolving hostname ${host}`);
  const found = family === 0 ? await resolve(host, signal) : [{ address: host, family }];
  return found.map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
    port,
    ...(proxy && { proxy }),
  }));
}
