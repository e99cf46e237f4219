/** The backend: dial, negotiate, and hand over a connection. */
import {
  type Backend,
  type ConnectOptions,
  RemctlAuthenticationError,
  RemctlError,
} from '@remctl/core';
import { Krb5Error } from '@remctl/krb5';
import { withAnotherTicket } from './another-ticket.js';
import { createChannel } from './channel.js';
import { createConnection, createConnectionV1 } from './connection.js';
import { dial } from './dial.js';
import type { SecurityMechanism } from './mechanism.js';
import { kerberosMechanism } from './mechanisms/kerberos.js';
import { krb5Mechanism } from './mechanisms/krb5.js';
import { negotiate } from './negotiate.js';
import { resolveTarget } from './resolve-target.js';
import { shortageError, shortageIn } from './shortage.js';

export interface PureBackendOptions {
  /** What authenticates: `krb5` without it. */
  readonly mechanism?: 'krb5' | 'kerberos' | SecurityMechanism;
}

function mechanismOf(mechanism: 'krb5' | 'kerberos' | SecurityMechanism): SecurityMechanism {
  if (typeof mechanism === 'object') {
    return mechanism;
  }
  if (mechanism === 'krb5') {
    return krb5Mechanism;
  }
  if (mechanism === 'kerberos') {
    return kerberosMechanism();
  }
  throw new RangeError(
    `there is no mechanism ${JSON.stringify(mechanism)}: known are krb5 and kerberos`,
  );
}

/** What an error says; with RFC 4120's name and number of it, where it has them. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'unknown failure';
  }
  const isKrbError = error instanceof Krb5Error && error.code > 0;
  return isKrbError ? `${error.message} [${error.name}, ${error.code}]` : error.message;
}

/**
 * A backend named `pure/` and its mechanism's name.
 *
 * Errors: RangeError for an unknown mechanism; RemctlBackendError where npm's `kerberos` is asked for
 * and not installed.
 */
export function createPureBackend(options: PureBackendOptions = {}): Backend {
  const mechanism = mechanismOf(options.mechanism ?? 'krb5');

  async function connect(to: ConnectOptions) {
    const { host, port, principal, credentials, signal, timeoutMs, negotiateMs } = to;
    // One resolution decides who is connected to and, as krb5.conf says, whose proof is asked for.
    const resolved = await resolveTarget(to);
    const addresses = resolved.addresses.map(({ address }) => address);
    const wire = await dial(to, addresses);
    const server = `${host} (port ${port})`;
    const channel = createChannel(wire, server);
    // Ends the context's requests to KDCs too, however this ends.
    const controller = new AbortController();
    try {
      signal.throwIfAborted();
      const { context, protocol } = await negotiate(
        channel,
        () =>
          mechanism.createContext({
            host,
            resolved,
            principal,
            credentials,
            signal: controller.signal,
          }),
        { server, timeoutMs, negotiateMs, signal },
      );
      signal.throwIfAborted();
      // A server that is gone by now dropped the open, which is then tried again.
      channel.checkQuiet();
      channel.setPhase('command');
      return protocol === 1
        ? createConnectionV1(channel, context)
        : createConnection(channel, context);
    } catch (error) {
      channel.destroy(error);
      controller.abort(error);
      if (signal.aborted) {
        throw signal.reason;
      }
      const shortage = shortageIn(error);
      if (shortage !== undefined) {
        throw shortageError(server, shortage, error);
      }
      if (error instanceof RemctlError) {
        throw error;
      }
      throw new RemctlAuthenticationError(`cannot authenticate to ${host}: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  return {
    name: `pure/${mechanism.name}`,
    ...(mechanism.checkCredentials === undefined
      ? {}
      : { checkCredentials: (credentials) => mechanism.checkCredentials?.(credentials) }),
    connect: withAnotherTicket(connect),
  };
}
