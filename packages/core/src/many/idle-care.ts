/** Cares for an idle connection: NOOPs, and its end after a while. */
import type { Remctl } from '../client.js';
import { RemctlUnsupportedError } from '../errors.js';

/** The longest wait for the answer to a NOOP: a command may be waiting for the connection. */
const NOOP_ANSWER_MS = 10_000;

/** How idle connections are cared for. */
export interface IdleSettings {
  /** Milliseconds until the connection is closed; 0 keeps it. */
  readonly idleTimeoutMs: number;
  /** Milliseconds between two NOOPs; 0 for none. */
  readonly keepAliveMs: number;
}

/** What the care tells its owner. */
export interface IdleEvents {
  /** A NOOP begins: the connection takes no command meanwhile. */
  onNoop(): void;
  /** The NOOP was answered: the connection is free again. */
  onFree(): void;
  /** The connection is of no more use. `lost` says why if the server or the network ended it. */
  onEnd(lost?: { readonly error: unknown }): void;
}

/** Begins to care. Returns a function that ends the care, for a command. Timers do not keep the process alive. */
export function careForIdle(
  client: Remctl,
  { idleTimeoutMs, keepAliveMs }: IdleSettings,
  { onNoop, onFree, onEnd }: IdleEvents,
): () => void {
  let noopTimer: NodeJS.Timeout | undefined;
  let isAsking = false;
  let isExpired = false;
  const stop = () => {
    clearTimeout(noopTimer);
    clearTimeout(idleTimer);
  };
  const ask = async () => {
    isAsking = true;
    onNoop();
    try {
      await client.noop({ signal: AbortSignal.timeout(NOOP_ANSWER_MS) });
    } catch (error) {
      stop();
      onEnd(error instanceof RemctlUnsupportedError ? undefined : { error });
      return;
    }
    isAsking = false;
    if (isExpired) {
      onEnd();
      return;
    }
    askLater();
    onFree();
  };
  const askLater = () => {
    if (keepAliveMs > 0) {
      noopTimer = setTimeout(() => void ask(), keepAliveMs).unref();
    }
  };
  const idleTimer =
    idleTimeoutMs === 0
      ? undefined
      : setTimeout(() => {
          isExpired = true;
          if (!isAsking) {
            stop();
            onEnd();
          }
        }, idleTimeoutMs).unref();
  askLater();
  return stop;
}
