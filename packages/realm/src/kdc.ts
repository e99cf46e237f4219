/** The interface of a KDC and its database: MIT's, Heimdal's, or another. */
import type { Cleanup } from './cleanup.js';
import type { ClockFile, ClockOffset } from './clock.js';
import type { Daemon } from './daemon.js';

export interface KdcOptions {
  readonly realm: string;
  /** The folder for its files. */
  readonly folder: string;
  /** The encryption type of all keys. */
  readonly enctype: string;
  /** More lines at the end of MIT's kdc.conf. */
  readonly kdcConf: readonly string[];
  /** The realm's krb5.conf, which the KDC reads too. */
  readonly krb5Conf: string;
  /** The password of the database's master key. */
  readonly password: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cleanup: Cleanup;
  /** The difference of the daemon's clock from this machine's. */
  readonly clock: ClockOffset | ClockFile | undefined;
}

/** Makes a KDC for a realm. */
export type KdcMaker = (options: KdcOptions) => Kdc | Promise<Kdc>;

export interface Kdc {
  /** The port that it has chosen itself; without it, the realm chooses one and calls `configure`. */
  readonly port?: number;
  /** The file in which the KDC logs each request. */
  readonly log: string;
  /** Writes its configuration, with the loopback port to listen on. */
  configure(port: number): void;
  /** Creates the database, with the realm's own principals. */
  create(): Promise<void>;
  /** Adds principals with random keys. */
  addWithRandomKeys(principals: readonly string[]): Promise<void>;
  /** Adds a principal with a key made from a password. */
  addWithPassword(principal: string, password: string): Promise<void>;
  /** Writes services' keys to a keytab. MIT's KDC gives them new keys for it. */
  writeServiceKeys(keytab: string, principals: readonly string[]): Promise<void>;
  /** Writes clients' present keys to a keytab; their passwords stay valid. */
  writeClientKeys(keytab: string, principals: readonly string[]): Promise<void>;
  /** Runs a command of its administration program and returns the output. */
  kadmin(command: string): Promise<string>;
  /** Starts the daemon. It may not listen yet: see `waitForPort`. */
  start(): Promise<Daemon>;
}
