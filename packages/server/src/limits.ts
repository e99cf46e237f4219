/** The limits of a server: what it takes from clients, and how long it waits. */
import { COMMAND_MAX_ARGUMENTS, COMMAND_MAX_DATA } from '@remctl/core/wire';

/** A server's limits. */
export interface Limits {
  /** Arguments of one command: at most this many. 4,096 by default, as remctld. */
  readonly arguments: number;
  /**
   * Bytes of one command's arguments, with their count and their lengths: fewer than this. 104,857,600
   * (100 MiB) by default, as remctld.
   */
  readonly commandBytes: number;
  /**
   * Bytes of all commands together that came in several messages: counted from their first message until
   * they have ended. One more is refused. 536,870,912 (512 MiB) by default.
   */
  readonly allCommandBytes: number;
  /** Connections at once. 4,096 by default. */
  readonly connections: number;
  /**
   * Connections at once that have not authenticated yet. When one more comes, the oldest of them is dropped.
   * 2,048 by default.
   */
  readonly unauthenticated: number;
  /**
   * Bytes of a token before a client has authenticated. 131,072 (128 KiB) by default: a ticket of Active
   * Directory has at most 65,535, and those of other KDCs some hundreds.
   */
  readonly contextTokenBytes: number;
  /** Seconds that the server waits for a client that sends and takes nothing. 3,600 by default, as remctld. */
  readonly silence: number;
  /** Seconds from a connection's first moment until its client has authenticated. 30 by default. */
  readonly handshake: number;
  /** Seconds that `close()` lets running commands go on. 10 by default. */
  readonly grace: number;
}

const MIB = 1024 * 1024;

/** The limits of a server that is given no others. */
export const DEFAULT_LIMITS: Limits = {
  arguments: COMMAND_MAX_ARGUMENTS,
  commandBytes: COMMAND_MAX_DATA,
  allCommandBytes: 512 * MIB,
  connections: 4096,
  unauthenticated: 2048,
  contextTokenBytes: MIB / 8,
  silence: 3600,
  handshake: 30,
  grace: 10,
};
