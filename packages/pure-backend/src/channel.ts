/** Tokens over a wire, with the time-out on silence and backpressure in both directions. */
import {
  type NetworkPhase,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlTimeoutError,
} from '@remctl/core';
import { createTokenReader, encodeToken, type FramedToken } from './framing.js';
import { systemFailure } from './system-error.js';
import type { Wire } from './wire.js';

/** Octets of memory of unread tokens above which the wire is paused. */
const PAUSE_AT = 256 * 1024;
/** What a token takes beside its payload, in octets, roughly: an empty one is not free. */
const TOKEN_COST = 256;

export interface Channel {
  /**
   * Hands a token to the wire. Settles once more may be sent, or once something to read has come:
   * a server that answers early must be heard before it is sent more.
   */
  send(flags: number, payload: Uint8Array, timeoutMs: number): Promise<void>;
  /**
   * Sends the next of these octets, with which the next token is known to begin, ahead of that token.
   * Does nothing once all of them have been sent, or where the wire is full.
   */
  sendAhead(octets: Uint8Array): void;
  /** The next token. Rejects with RemctlNetworkError, RemctlTimeoutError, RemctlInvalidTokenError. */
  receive(timeoutMs: number): Promise<FramedToken>;
  /**
   * Throws where nothing may be sent any more: RemctlInvalidTokenError where something has come that was
   * not received, be it a part of a token, or what the channel has failed with.
   */
  checkQuiet(): void;
  /** Whether a token waits to be received. */
  hasToken(): boolean;
  /** Octets that the server has sent so far, and milliseconds since something was heard of it. */
  heard(): { readonly octets: number; readonly silentMs: number };
  /** From now on errors carry this phase. */
  setPhase(phase: NetworkPhase): void;
  /**
   * Hands over a last token, unless the channel has failed, then ends; bounded, never rejects. What comes
   * after it is discarded.
   */
  end(last?: FramedToken): Promise<void>;
  /** Ends at once; what waits rejects with `reason`. */
  destroy(reason: unknown): void;
}

function memoryOf(token: FramedToken): number {
  return TOKEN_COST + token.payload.length;
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
  /** For which event it waits. */
  readonly until: 'token' | 'drain';
}

/**
 * A channel over `wire`. Unread tokens are kept up to PAUSE_AT octets and what one chunk of the wire holds;
 * then the wire is paused. `host` is for messages.
 */
export function createChannel(wire: Wire, host: string): Channel {
  const reader = createTokenReader();
  const tokens: FramedToken[] = [];
  let unread = 0;
  let paused = false;
  let full = false;
  /** Octets of the next token that were sent ahead of it. */
  let ahead = 0;
  let ended = false;
  let phase: NetworkPhase = 'negotiate';
  let failure: { readonly error: unknown } | undefined;
  let waiter: Waiter | undefined;
  // One timer for all operations, looked at when it fires: setting one for each token costs more.
  let timer: NodeJS.Timeout | undefined;
  let timerMs = 0;
  let lastActivity = performance.now();
  let octets = 0;

  function fail(error: unknown): void {
    failure ??= { error };
    clearTimeout(timer);
    timer = undefined;
    const waiting = waiter;
    waiter = undefined;
    waiting?.reject(failure.error);
  }

  function wake(): void {
    const waiting = waiter;
    waiter = undefined;
    wire.hold(false);
    waiting?.resolve();
  }

  function arm(delayMs: number): void {
    timer = setTimeout(onTimer, delayMs);
    timer.unref();
  }

  const timeLeft = () => lastActivity + timerMs - performance.now();

  function onTimer(): void {
    timer = undefined;
    // Where the process was busy, timers come before what has arrived meanwhile: that is read first.
    if (waiter !== undefined && timeLeft() <= 0) {
      setImmediate(endSilence);
    } else {
      endSilence();
    }
  }

  function endSilence(): void {
    // What was awaited may have come, and another wait, with a timer of its own or none, have begun.
    if (waiter === undefined || timer !== undefined || timerMs === 0) {
      return;
    }
    const left = timeLeft();
    if (left > 0) {
      arm(Math.ceil(left));
      return;
    }
    fail(
      new RemctlTimeoutError(`${host} was silent for ${timerMs / 1000} s`, {
        phase,
      }),
    );
    wire.destroy();
  }

  function watch(timeoutMs: number): void {
    lastActivity = performance.now();
    if (timerMs !== timeoutMs) {
      clearTimeout(timer);
      timer = undefined;
      timerMs = timeoutMs;
    }
    if (timeoutMs !== 0 && timer === undefined) {
      arm(timeoutMs);
    }
  }

  function wait(until: Waiter['until'], timeoutMs: number): Promise<void> {
    watch(timeoutMs);
    wire.hold(true);
    return new Promise<void>((resolve, reject) => {
      waiter = { resolve, reject, until };
    });
  }

  function keep(token: FramedToken): void {
    tokens.push(token);
    unread += memoryOf(token);
  }

  wire.attach({
    onData(chunk) {
      if (failure !== undefined || ended) {
        return;
      }
      lastActivity = performance.now();
      octets += chunk.length;
      try {
        reader.push(chunk, keep);
      } catch (error) {
        fail(error);
        wire.destroy();
        return;
      }
      if (unread > PAUSE_AT && !paused) {
        paused = true;
        wire.pause();
      }
      if (tokens.length > 0) {
        wake();
      }
    },
    onEnd(cause) {
      const { code, text } =
        cause === undefined
          ? { code: 'EOF', text: 'the server closed the connection' }
          : systemFailure(cause);
      const hint = phase === 'negotiate' ? " during authentication; the server's log says why" : '';
      fail(
        new RemctlNetworkError(
          `${host}: ${text}${hint}`,
          { code, phase },
          cause === undefined ? {} : { cause },
        ),
      );
    },
    onDrain() {
      full = false;
      lastActivity = performance.now();
      if (waiter?.until === 'drain') {
        wake();
      }
    },
  });
  wire.hold(false);

  /** Hands a token to the wire, without what was sent ahead of it. Gives whether more may be sent. */
  function write(flags: number, payload: Uint8Array): boolean {
    const rest = encodeToken(flags, payload).subarray(ahead);
    ahead = 0;
    return wire.write(rest);
  }

  return {
    async send(flags, payload, timeoutMs) {
      if (failure !== undefined) {
        throw failure.error;
      }
      full = !write(flags, payload);
      if (full && tokens.length === 0) {
        await wait('drain', timeoutMs);
      }
    },
    sendAhead(octets) {
      if (failure !== undefined || full || ahead === octets.length) {
        return;
      }
      full = !wire.write(octets.subarray(ahead, ahead + 1));
      ahead += 1;
    },
    async receive(timeoutMs) {
      for (;;) {
        const token = tokens.shift();
        if (token !== undefined) {
          unread -= memoryOf(token);
          if (paused && unread <= PAUSE_AT / 2) {
            paused = false;
            wire.resume();
          }
          return token;
        }
        if (failure !== undefined) {
          throw failure.error;
        }
        await wait('token', timeoutMs);
      }
    },
    checkQuiet() {
      // Unasked tokens say more than the end that may have come after them.
      if (tokens.length === 0 && failure !== undefined) {
        throw failure.error;
      }
      if (tokens.length > 0 || reader.inToken()) {
        throw new RemctlInvalidTokenError('the server sent a message that nothing had asked for');
      }
    },
    hasToken: () => tokens.length > 0,
    heard: () => ({ octets, silentMs: performance.now() - lastActivity }),
    setPhase(next) {
      phase = next;
    },
    end(last) {
      if (last !== undefined && failure === undefined && !ended) {
        write(last.flags, last.payload);
      }
      ended = true;
      clearTimeout(timer);
      timer = undefined;
      return wire.end();
    },
    destroy(reason) {
      fail(reason);
      wire.destroy();
    },
  };
}
