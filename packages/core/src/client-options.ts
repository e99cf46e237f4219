/** The options of a client, of its calls and of its runs. */
import type { CredentialOptions } from './arguments/credentials.js';

/** What a client is made with. The `signal` of a call is not among it: see `CallOptions`. */
export type ClientOptions = CredentialOptions & {
  /** The source IP address of connections. */
  readonly sourceIp?: string | undefined;
  /** Seconds that the server may be silent. 0, the default, sets no limit. Fractions count. */
  readonly timeout?: number | undefined;
  /**
   * The lowest protocol to speak. 1, the default, falls back to protocol 1 if the server, or someone on
   * the way to it, offers nothing higher. 2 refuses such a server before a command is sent.
   */
  readonly minProtocol?: 1 | 2 | undefined;
  /** The default of every `run()`: see `RunOptions`. */
  readonly maxOutput?: number | undefined;
};

/** Bytes of output that a run keeps at most by default: 256 MiB. */
export const DEFAULT_MAX_OUTPUT = 256 * 1024 * 1024;

export interface CallOptions {
  /** Ends the call at once, and its connection. The call then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunOptions extends CallOptions {
  /**
   * Bytes of output that the run keeps at most, both streams together: what `text()` and `bytes()`
   * gather, and what arrived for a stream that nobody has read yet. One byte more ends the run with
   * RemctlOutputLimitError. Infinity sets no limit. The default is the client's `maxOutput`, else 256 MiB
   * (`DEFAULT_MAX_OUTPUT`).
   */
  readonly maxOutput?: number | undefined;
}
