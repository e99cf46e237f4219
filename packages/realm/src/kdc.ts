/** What a realm needs of a KDC and its database, whoever made them. */
import type { ClockOffset } from './clock.js';
import type { Guard } from './guard.js';
import type { Daemon } from './programs.js';

export interface KdcOptions {
  readonly realm: string;
  /** Where its files go. */
  readonly folder: string;
  /** The encryption type of all keys. */
  readonly enctype: string;
  /** The realm's krb5.conf, which the KDC reads too. */
  readonly krb5Conf: string;
  /** For the database's master key. */
  readonly password: string;
  readonly env: NodeJS.ProcessEnv;
  readonly guard: Guard;
  /** How far the daemon's clock is off this machine's. */
  readonly clock: ClockOffset | undefined;
}

export interface Kdc {
  /** What it says of each request. */
  readonly log: string;
  /** Writes its configuration: where it listens, on loopback. */
  configure(port: number): void;
  /** Makes the database, with the realm's own principals. */
  create(): Promise<void>;
  addWithRandomKeys(principals: readonly string[]): Promise<void>;
  addWithPassword(principal: string, password: string): Promise<void>;
  /** Writes new keys of services to a keytab. */
  writeServiceKeys(keytab: string, principals: readonly string[]): Promise<void>;
  /** Writes the keys that clients have to a keytab; a password stays good. */
  writeClientKeys(keytab: string, principals: readonly string[]): Promise<void>;
  /** Runs a command of its administration program. */
  kadmin(command: string): Promise<string>;
  /** Starts the daemon. It does not listen yet. */
  start(): Promise<Daemon>;
}
