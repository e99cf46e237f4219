/** The backend: dial, negotiate, and hand over a connection. */
import {
  type Backend,
  type ConnectOptions,
  RemctlAuthenticationError,
  RemctlBackendError,
  RemctlError,
} from '@remctl/core';
import { createChannel } from './channel.js';
import { createConnection, createConnectionV1 } from './connection.js';
import { dial } from './dial.js';
import type { SecurityMechanism } from './mechanism.js';
import { krb5Mechanism } from './mechanisms/krb5.js';
import { negotiate } from './negotiate.js';

export interface PureBackendOptions {
  /** What authenticates: `krb5` without it. */
  readonly mechanism?: 'krb5' | 'kerberos' | SecurityMechanism;
}

function mechanismOf(mechanism: 'krb5' | 'kerberos' | SecurityMechanism): SecurityMechanism {
  if (typeof mechanism === 'object') return mechanism;
  if (mechanism === 'krb5') return krb5Mechanism;
  throw new RemctlBackendError(
    `the mechanism '${mechanism}' is not part of this version of @remctl/pure-backend: pass a SecurityMechanism, or use @remctl/native-backend`,
  );
}

/** Throws RemctlBackendError for a mechanism that this version does not have. */
export function createPureBackend(options: PureBackendOptions = {}): Backend {
  const mechanism = mechanismOf(options.mechanism ?? 'krb5');

  async function connect(to: ConnectOptions) {
    const { host, principal, credentials, signal, timeoutMs } = to;
    const wire = await dial(to);
    const channel = createChannel(wire, `${host} (port ${to.port})`);
    const onAbort = () => channel.destroy(signal.reason);
    signal.addEventListener('abort', onAbort);
    try {
      signal.throwIfAborted();
      const context = await mechanism.createContext({ host, principal, credentials, signal });
      const protocol = await negotiate(channel, context, timeoutMs);
      signal.throwIfAborted();
      channel.setPhase('command');
      return protocol === 1
        ? createConnectionV1(channel, context)
        : createConnection(channel, context);
    } catch (error) {
      channel.destroy(error);
      if (signal.aborted) throw signal.reason;
      if (error instanceof RemctlError) throw error;
      throw new RemctlAuthenticationError(
        `cannot authenticate to ${host}: ${error instanceof Error ? error.message : 'unknown failure'}`,
        { cause: error },
      );
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  return {
    name: `pure/${mechanism.name}`,
    ...(mechanism.checkCredentials === undefined
      ? {}
      : { checkCredentials: (credentials) => mechanism.checkCredentials?.(credentials) }),
    connect,
  };
}
