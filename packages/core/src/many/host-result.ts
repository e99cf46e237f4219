/** What became of one host's command. */
import type { CommandState } from '../errors.js';

interface Ran {
  /** The host, as the caller gave it. */
  readonly host: string;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Milliseconds from the host's begin to its end, all tries together. */
  readonly milliseconds: number;
  /** Times that the host was tried: 1 or more. */
  readonly attempts: number;
}

/** One host's result. */
export type HostResult =
  /** The command has ended, with any status from 0 to 255. */
  | (Ran & { readonly type: 'finished'; readonly status: number })
  /** There is no status. `commandState` says whether the command may have run. `error` may be a signal's reason. */
  | (Ran & {
      readonly type: 'failed';
      readonly error: unknown;
      readonly commandState: CommandState;
    })
  /** The host was never begun: an abort, or an earlier failure, came first. */
  | { readonly type: 'not-begun'; readonly host: string };
