/** The backend: resolves, dials, negotiates, and hands over a connection. */
import { isNativeError } from 'node:util/types';
import {
  type Backend,
  type ConnectionDetails,
  type ConnectOptions,
  RemctlError,
} from '@remctl/core';
import { authenticationFailed, shortage } from '@remctl/core/failures';
import { checkOptionNames, FOR_THE_CLIENT, optionNames } from '@remctl/core/option-names';
import type { ArmorCredentials } from '@remctl/krb5';
import { withAnotherTicket } from './another-ticket.js';
import { createChannel } from './channel.js';
import { createConnectionV1 } from './connection-v1.js';
import { createConnectionV2 } from './connection-v2.js';
import { dial } from './dial.js';
import { shortageIn } from './find-shortage.js';
import type { SecurityContext, SecurityMechanism } from './mechanism.js';
import { kerberosMechanism } from './mechanisms/kerberos.js';
import { krb5Mechanism } from './mechanisms/krb5.js';
import { negotiate } from './negotiate.js';
import { resolveTarget } from './resolve-target.js';
import { systemFailure } from './system-error.js';

export interface PureBackendOptions {
  /** Authenticates connections and protects their messages. The default is `krb5`. */
  readonly mechanism?: 'krb5' | 'kerberos' | SecurityMechanism;
  /**
   * Whose ticket armors the requests for a keytab's or a password's first ticket (FAST, RFC 6113), with
   * the mechanism `krb5`: a credential cache, or a keytab such as the host's. FAST is required then.
   * The default is fast_ccache of [appdefaults] in krb5.conf, otherwise no armor.
   */
  readonly armor?: ArmorCredentials | undefined;
}

const OPTIONS = optionNames(['mechanism', 'armor'] satisfies (keyof PureBackendOptions)[], {
  elsewhere: [FOR_THE_CLIENT],
});
const ARMOR_OPTIONS = optionNames(['type', 'ccache', 'keytab', 'clientPrincipal']);

function mechanismOf({ mechanism = 'krb5', armor }: PureBackendOptions): SecurityMechanism {
  if (mechanism === 'krb5') {
    return krb5Mechanism(armor);
  }
  if (armor !== undefined) {
    throw new TypeError('armor goes with the mechanism krb5: leave one of the two out');
  }
  if (typeof mechanism === 'object') {
    return mechanism;
  }
  if (mechanism === 'kerberos') {
    return kerberosMechanism();
  }
  throw new RangeError(
    `there is no mechanism ${JSON.stringify(mechanism)}: known are krb5 and kerberos`,
  );
}

/** The words for an error: the mechanism's, else the error's message. */
function reasonOf(mechanism: SecurityMechanism, error: unknown): string {
  return mechanism.reasonOf?.(error) ?? (isNativeError(error) ? error.message : 'unknown failure');
}

function detailsOf({ peer, client, expires }: SecurityContext, address: string): ConnectionDetails {
  return { address, serverPrincipal: peer, clientPrincipal: client, ticketEnd: expires };
}

/**
 * Makes a backend. Its name is `pure/` and the mechanism's name.
 *
 * Throws RangeError if there is no such mechanism, TypeError for an option that does not exist and if `armor` is
 * given with another mechanism than krb5, and RemctlBackendError if npm's `kerberos` is asked for and not
 * installed.
 */
export function createPureBackend(options: PureBackendOptions = {}): Backend {
  checkOptionNames('createPureBackend()', options, OPTIONS);
  if (options.armor !== undefined) {
    checkOptionNames('armor', options.armor, ARMOR_OPTIONS);
  }
  const mechanism = mechanismOf(options);

  async function connect(options: ConnectOptions) {
    const { principal, credentials, signal, timeoutMs, negotiateMs } = options;
    // One resolution decides both whom to connect to and, as krb5.conf says, whose proof to ask for.
    const { host, resolved } = await resolveTarget(options);
    const to = { ...options, host };
    const addresses = resolved.addresses.map(({ address }) => address);
    const stream = await dial(to, addresses);
    options.observer?.onConnected(stream.address);
    const connected = resolved.addresses.filter(({ address }) => address === stream.address);
    const channel = createChannel(stream, to);
    // The context's requests to KDCs end with the connection, however it ends.
    const controller = new AbortController();
    try {
      signal.throwIfAborted();
      const { context, protocol } = await negotiate(
        channel,
        () =>
          mechanism.createContext({
            host,
            resolved: { ...resolved, addresses: connected },
            principal,
            credentials,
            signal: controller.signal,
          }),
        { server: to, timeoutMs, negotiateMs, signal },
      );
      signal.throwIfAborted();
      // If the server is gone by now it dropped the open, and core tries again.
      channel.checkQuiet();
      channel.setPhase('command');
      const details = detailsOf(context, stream.address);
      return protocol === 1
        ? createConnectionV1(channel, context, details)
        : createConnectionV2(channel, context, details);
    } catch (error) {
      channel.destroy(error);
      controller.abort(error);
      if (signal.aborted) {
        throw signal.reason;
      }
      const lacking = shortageIn(error);
      if (lacking !== undefined) {
        throw shortage(to, systemFailure(lacking), error);
      }
      throw error instanceof RemctlError
        ? error
        : authenticationFailed(to, reasonOf(mechanism, error), {
            code: mechanism.codeOf?.(error),
            cause: error,
          });
    }
  }

  return {
    name: `pure/${mechanism.name}`,
    ...(mechanism.checkCredentials === undefined
      ? {}
      : { checkCredentials: (credentials) => mechanism.checkCredentials?.(credentials) }),
    connect: withAnotherTicket(connect, (cause) => mechanism.mayRetry?.(cause) ?? false),
  };
}
