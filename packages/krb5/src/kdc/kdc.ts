/** A KDC by its name and by its addresses, and its answers. */
import { isIP } from 'node:net';
import { resolveHost } from '../host/resolve-host.js';

/** The protocols that a KDC may be asked by. */
export type Transport = 'udp' | 'tcp';

/** A KDC by name, as the configuration or DNS gives it. */
export interface Kdc {
  readonly host: string;
  readonly port: number;
  /** The transports that the KDC may be asked by. */
  readonly transports: readonly Transport[];
  /** Whether DNS marks the KDC as a primary one; undefined if the record cannot tell. */
  readonly primary?: boolean;
}

/** One resolved address of a KDC. */
export interface KdcAddress {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
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
  { host, port }: Kdc,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<KdcAddress[]> {
  const family = isIP(host);
  const found = family === 0 ? await resolve(host, signal) : [{ address: host, family }];
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4, port }));
}
