/** The interface of a credential cache type. */
import type { Principal } from '../principal.js';
import type { Ccache } from './ccache.js';

/** A cache's content, and the place that it was read from. */
export interface ReadCcache {
  /** The file that was read, for messages. A type without files gives the cache's name. */
  readonly path: string;
  readonly ccache: Ccache;
}

/** One cache. Nothing is read before one of the methods is called. */
export interface CcacheLocation {
  /** The cache's name in its shortest form: `TYPE:residual`. */
  readonly name: string;

  /**
   * Returns a text that changes whenever the cache's content changes. It is empty if the cache
   * cannot be looked at; `read` then says why.
   */
  signature(): Promise<string>;

  /**
   * Reads the principal whose cache it is, and as little else as the type allows. Throws as `read`
   * does.
   */
  client(): Promise<Principal>;

  /**
   * Reads the cache. Throws Krb5Error KRB5_FCC_NOFILE, KRB5_FCC_PERM or KRB5_CC_IO if the system
   * refuses it, and as `decodeCcache` does.
   */
  read(): Promise<ReadCcache>;
}

/** A type of credential cache. A new type is one file, and one line in ccache-name.ts. */
export interface CcacheType {
  /** The part of a cache's name before the first colon, such as `FILE`. */
  readonly name: string;

  /**
   * Returns the cache whose name, after the type and the colon, is `residual`. `fullName` is the
   * whole name, for messages. Throws Krb5Error KRB5_CC_BADNAME if no cache of this type has that
   * name.
   */
  locate(residual: string, fullName: string): CcacheLocation;

  /**
   * Returns the caches of the collection with that name, the primary one first, and none if the
   * collection does not exist; undefined if it is the name of one cache. Throws as `locate` does.
   */
  collection(residual: string, fullName: string): AsyncIterable<CcacheLocation> | undefined;
}
