/** The client, its backend and its target, from the options of the command line. */
import {
  type Backend,
  type BackendName,
  type ClientOptions,
  createClient,
  type Remctl,
  type Target,
} from '@remctl/core';
import { createPureBackend } from '@remctl/pure-backend';
import type { ConnectionOptions } from '../options/options.js';

/** Returns the backend for createClient and its like: the pure one is part of this program. */
export function backendOf({ backend }: ConnectionOptions): Backend | BackendName {
  const name = backend ?? process.env.REMCTL_BACKEND ?? '';
  // createClient checks the name: it knows the backends.
  return name === '' || name === 'pure' ? createPureBackend() : (name as BackendName);
}

/** Returns a client's options. Core checks them. */
export function clientOptionsOf(options: ConnectionOptions): ClientOptions {
  const { source: sourceIp, timeout, ccache, keytab, client: clientPrincipal } = options;
  return { sourceIp, timeout, ccache, keytab, clientPrincipal } as ClientOptions;
}

/** Returns the target on a host. Without -s the host's name becomes canonical first, as in the C client. */
export function targetOf(host: string, { port, service }: ConnectionOptions): Target {
  return { host, port, principal: service, canonicalize: service === undefined };
}

/** Makes a client. Throws the errors of `createClient`. */
export function clientOf(options: ConnectionOptions): Promise<Remctl> {
  return createClient(backendOf(options), clientOptionsOf(options));
}
