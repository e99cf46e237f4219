/** Credential caches of type KCM: kept by a daemon, sssd's or Heimdal's. */
import { createHash } from 'node:crypto';
import type { Krb5Config } from '../config/krb5-config.js';
import { getString } from '../config/profile.js';
import { krbErrorName, LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { Principal } from '../principal.js';
import type { CcacheCredential } from './ccache.js';
import type { CcacheLocation, CcacheType, ReadCcache } from './ccache-type.js';
import { separated } from './decode.js';
import { readSettled } from './file-type.js';
import {
  decodeKcmCredential,
  decodeKcmCredentials,
  decodeKcmName,
  decodeKcmOffset,
  decodeKcmPrincipal,
  decodeKcmUuids,
  encodeKcmRequest,
  isMissing,
  isUnsupported,
  KcmOperation,
  KcmReplyError,
  splitKcmReply,
} from './kcm-protocol.js';
import { type KcmSocket, kcmError, openKcmSocket } from './kcm-socket.js';

const DEFAULT_SOCKET = '/var/run/.heim_org.h5l.kcm-socket';
/** kcm_socket = - says that there is no daemon. */
const NO_SOCKET = '-';

/** `KCM:` for the collection of the user, and `KCM:name` for one cache. */
export const kcmType: CcacheType = {
  name: 'KCM',
  locate: (residual, fullName, config) => kcmCcache(requireName(residual, fullName), config),
  collection: (residual, _fullName, config) =>
    residual === '' ? (signal) => cachesOf(config, signal) : undefined,
};

function requireName(residual: string, fullName: string): string {
  if (residual.includes('\0')) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_CC_BADNAME,
      `the credential cache's name "${fullName}" holds a zero byte: use KCM: or KCM:name`,
    );
  }
  return residual;
}

/** Returns the cache called `residual`; without a name, the primary one. */
function kcmCcache(residual: string, config: Krb5Config | undefined): CcacheLocation {
  const withName = <T>(
    signal: AbortSignal | undefined,
    use: (daemon: Daemon, cache: string) => Promise<T>,
  ) =>
    withDaemon(config, signal, async (daemon) =>
      use(daemon, residual === '' ? await daemon.primary() : residual),
    );
  return {
    name: `${kcmType.name}:${residual}`,
    signature: (signal) =>
      withName(signal, signatureOf).catch((error: unknown) => {
        if (error instanceof Krb5Error) {
          return '';
        }
        throw error;
      }),
    client: (signal) => withName(signal, requireClient),
    read: (signal) => readSettled(() => withName(signal, readCache)),
  };
}

/**
 * Gives the primary cache of the user, and then the others as the daemon lists them. All questions
 * take one connection, and none is asked before its answer is needed: a question takes a daemon a
 * millisecond or more.
 */
async function* cachesOf(
  config: Krb5Config | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<CcacheLocation> {
  const { daemon, close } = openDaemon(config, signal);
  try {
    const uuids = await orElse(daemon.cacheUuids(), []);
    if (uuids.length === 0) {
      return;
    }
    const primary = await daemon.primary();
    const client = await orElse(daemon.client(primary), undefined);
    if (client !== undefined) {
      yield { ...kcmCcache(primary, config), client: async () => client };
    }
    for (const uuid of uuids) {
      const name = await orElse(daemon.cacheName(uuid), undefined);
      if (name !== undefined && name !== primary) {
        const [asked] = await Promise.allSettled([requireClient(daemon, name)]);
        yield { ...kcmCcache(name, config), client: () => resultOf(asked) };
      }
    }
  } finally {
    close();
  }
}

/** Returns or throws what a promise came to. */
async function resultOf<T>(settled: PromiseSettledResult<T>): Promise<T> {
  if (settled.status === 'rejected') {
    throw settled.reason;
  }
  return settled.value;
}

/** Gives `otherwise` for what does not exist, or was removed since it was listed. */
async function orElse<T, U>(asked: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await asked;
  } catch (error) {
    if (!isMissing(error)) {
      throw error;
    }
    return otherwise;
  }
}

/**
 * Returns a text that changes with the credentials: the daemon gives each one a UUID of its own.
 * Empty if there are no credentials, or the daemon has no UUIDs.
 */
async function signatureOf(daemon: Daemon, cache: string): Promise<string> {
  const uuids = await daemon.credentialUuids(cache);
  if (uuids.length === 0) {
    return '';
  }
  const hash = createHash('sha256');
  for (const uuid of uuids) {
    hash.update(uuid);
  }
  return `${daemon.path} ${cache} ${hash.digest('base64')}`;
}

async function requireClient(daemon: Daemon, cache: string): Promise<Principal> {
  const client = await orElse(daemon.client(cache), undefined);
  if (client === undefined) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_FCC_NOFILE,
      `no credentials: run kinit, or give keytab (${kcmType.name}:${cache} does not exist)`,
    );
  }
  return client;
}

async function readCache(daemon: Daemon, cache: string): Promise<ReadCcache> {
  const defaultPrincipal = await requireClient(daemon, cache);
  const entries = await daemon.credentials(cache);
  const seconds = await daemon.offset(cache);
  const timeOffset = seconds === undefined ? undefined : { seconds, microseconds: 0 };
  return {
    path: `${kcmType.name}:${cache}`,
    ccache: { version: 4, timeOffset, defaultPrincipal, ...separated(entries) },
  };
}

/** The questions to a daemon. Each throws as `KcmSocket.call` does, and the daemon's refusal. */
interface Daemon {
  /** The path of its socket. */
  readonly path: string;
  primary(): Promise<string>;
  cacheUuids(): Promise<Uint8Array[]>;
  cacheName(uuid: Uint8Array): Promise<string>;
  client(cache: string): Promise<Principal | undefined>;
  credentialUuids(cache: string): Promise<Uint8Array[]>;
  credentials(cache: string): Promise<CcacheCredential[]>;
  offset(cache: string): Promise<number | undefined>;
}

async function withDaemon<T>(
  config: Krb5Config | undefined,
  signal: AbortSignal | undefined,
  use: (daemon: Daemon) => Promise<T>,
): Promise<T> {
  const { daemon, close } = openDaemon(config, signal);
  try {
    return await use(daemon);
  } finally {
    close();
  }
}

function openDaemon(config: Krb5Config | undefined, signal: AbortSignal | undefined) {
  const path = socketPath(config);
  const socket = openKcmSocket(path, signal);
  return { daemon: daemonAt(path, socket), close: () => socket.close() };
}

function socketPath(config: Krb5Config | undefined): string {
  const path =
    (config && getString(config.profile, ['libdefaults', 'kcm_socket'])) ?? DEFAULT_SOCKET;
  if (path === NO_SOCKET) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KCM_NO_SERVER,
      'krb5.conf has kcm_socket = -, so there is no KCM daemon to ask: remove that line, or run ' +
        'kinit -c FILE:/path and set KRB5CCNAME=FILE:/path',
    );
  }
  return path;
}

/** Makes the error for a status that is not 0. */
function refusal(path: string, operation: string, status: number): Krb5Error {
  return new Krb5Error(
    status,
    `the KCM daemon at ${path} refuses ${operation} (${krbErrorName(status)}): run kinit, or look at the daemon's log`,
  );
}

function daemonAt(path: string, socket: KcmSocket): Daemon {
  const ask = async <T>(
    operation: keyof typeof KcmOperation,
    parameters: Parameters<typeof encodeKcmRequest>[1],
    decode: (content: Uint8Array) => T,
  ): Promise<T> => {
    const reply = await socket.call(encodeKcmRequest(KcmOperation[operation], parameters));
    try {
      const { status, content } = splitKcmReply(reply);
      if (status !== 0) {
        throw refusal(path, operation, status);
      }
      return decode(content);
    } catch (cause) {
      if (cause instanceof KcmReplyError) {
        const what = `sends no reply to ${operation} that makes sense (${cause.message})`;
        throw kcmError(LocalErrorCode.KRB5_KCM_MALFORMED_REPLY, path, what, cause);
      }
      throw cause;
    }
  };
  const credentialUuids = (cache: string) => ask('GET_CRED_UUID_LIST', { cache }, decodeKcmUuids);
  return {
    path,
    primary: () => ask('GET_DEFAULT_CACHE', {}, decodeKcmName),
    cacheUuids: () => ask('GET_CACHE_UUID_LIST', {}, decodeKcmUuids),
    cacheName: (uuid) => ask('GET_CACHE_BY_UUID', { uuid }, decodeKcmName),
    client: (cache) => ask('GET_PRINCIPAL', { cache }, decodeKcmPrincipal),
    credentialUuids,
    async credentials(cache) {
      try {
        return await ask('GET_CRED_LIST', { cache }, decodeKcmCredentials);
      } catch (error) {
        if (!(error instanceof Krb5Error) || !isUnsupported(error.code)) {
          throw error;
        }
      }
      const credentials: CcacheCredential[] = [];
      for (const uuid of await credentialUuids(cache)) {
        credentials.push(await ask('GET_CRED_BY_UUID', { cache, uuid }, decodeKcmCredential));
      }
      return credentials;
    },
    async offset(cache) {
      try {
        return await ask('GET_KDC_OFFSET', { cache }, decodeKcmOffset);
      } catch (error) {
        // A daemon need not know the offset: the cache is as good without it.
        if (error instanceof Krb5Error && error.code !== LocalErrorCode.KRB5_KCM_MALFORMED_REPLY) {
          return undefined;
        }
        throw error;
      }
    },
  };
}
