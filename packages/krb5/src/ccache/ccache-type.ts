/** The interface of a credential cache type. */
import type { Krb5Config } from '../config/krb5-config.js';
import type { Principal } from '../principal.js';
import type { Ccache } from './ccache.js';

/** A cache's content, and the place that it was read from. */
export interface ReadCcache {
  /** The file that was read, for messages. A type without files gives the cache's name. */
  readonly path: string;
  readonly ccache: Ccache;
}

/**
 * One cache. Nothing is read before one of the methods is called. A signal ends the wait for a
 * daemon; files are not waited for.
 */
export interface CcacheLocation {
  /** The cache's name in its shortest form: `TYPE:residual`. */
  readonly name: string;

  /**
   * Returns a text that changes whenever the cache's content changes. It is empty if the cache
   * cannot be looked at; `read` then says why.
   */
  signature(signal?: AbortSignal): Promise<string>;

  /**
   * Reads the principal whose cache it is, and as little else as the type allows. Throws as `read`
   * does.
   */
  client(signal?: AbortSignal): Promise<Principal>;

  /**
   * Reads the cache. Throws Krb5Error KRB5_FCC_NOFILE, KRB5_FCC_PERM or KRB5_CC_IO if the system
   * refuses it, and as `decodeCcache` does; for a daemon's cache as `KcmSocket.call` does, and
   * KRB5_KCM_MALFORMED_REPLY.
   */
  read(signal?: AbortSignal): Promise<ReadCcache>;
}

/** A type of credential cache. A new type is one file, and one line in ccache-name.ts. */
export interface CcacheType {
  /** The part of a cache's name before the first colon, such as `FILE`. */
  readonly name: string;

  /**
   * Returns the cache whose name, after the type and the colon, is `residual`. `fullName` is the
   * whole name, for messages. `config` says where a daemon is; without it, at its default place.
   * Throws Krb5Error KRB5_CC_BADNAME if no cache of this type has that name.
   */
  locate(residual: string, fullName: string, config: Krb5Config | undefined): CcacheLocation;

  /**
   * Returns the caches of the collection with that name, the primary one first, and none if the
   * collection does not exist; undefined if it is the name of one cache. Throws as `locate` does; a
   * daemon's caches throw as `KcmSocket.call` does.
   */
  collection(
    residual: string,
    fullName: string,
    config: Krb5Config | undefined,
  ): CcacheCollection | undefined;
}

/** Gives the caches of a collection as they are now. */
export type CcacheCollection = (signal: AbortSignal | undefined) => AsyncIterable<CcacheLocation>;
