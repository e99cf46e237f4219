/** Tokens over a stream of bytes, with backpressure in both directions. */
import {
  connectionBroken,
  type Server,
  timedOut,
  tokenTooLarge,
  unaskedToken,
} from '@remctl/core/failures';
import { createTokenReader, encodeToken, type FramedToken } from '@remctl/core/wire';
import type { ByteStream } from './byte-stream.js';
import { watchSilence } from './silence.js';
import { systemFailure } from './system-error.js';

/** Bytes of memory of unread tokens above which the stream is paused. */
const PAUSE_AT = 256 * 1024;
/** Bytes that a token takes beside its payload, roughly: an empty token is not free. */
const TOKEN_COST = 256;

export interface Channel {
  /**
   * Hands a token to the stream. Settles once more may be sent, or once something to read has arrived: if a
   * server answers early, the client must read the answer before it sends more.
   */
  send(flags: number, payload: Uint8Array, timeoutMs: number): Promise<void>;
  /**
   * Sends the next of these bytes ahead of the next token, which is known to begin with them. Does nothing
   * once all of them have been sent, or if the stream is full.
   */
  sendAhead(bytes: Uint8Array): void;
  /** Gives the next token. Throws RemctlNetworkError, RemctlTimeoutError and RemctlInvalidTokenError. */
  receive(timeoutMs: number): Promise<FramedToken>;
  /**
   * Throws if nothing may be sent any more: RemctlInvalidTokenError if a token, or a part of one, has
   * arrived that nobody received, else the error that the channel has failed with.
   */
  checkQuiet(): void;
  /** Whether a token waits to be received. */
  hasToken(): boolean;
  /** Bytes that the server has sent so far. */
  received(): number;
  /** Sets the phase of later errors. */
  setPhase(phase: 'negotiate' | 'command'): void;
  /**
   * Hands over a last token, unless the channel has failed, then ends. Discards what arrives after that.
   * Settles within a second and never rejects.
   */
  end(last?: FramedToken): Promise<void>;
  /** Ends at once. The call that waits rejects with `reason`. */
  destroy(reason: unknown): void;
}

function memoryOf(token: FramedToken): number {
  return TOKEN_COST + token.payload.length;
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
  /** The event that ends the wait. */
  readonly until: 'token' | 'drain';
}

/**
 * Makes a channel over `stream`. It keeps unread tokens of PAUSE_AT bytes, and of one more chunk of the
 * stream; then it pauses the stream. `server` is named in errors.
 */
export function createChannel(stream: ByteStream, server: Server): Channel {
  const reader = createTokenReader(tokenTooLarge);
  const tokens: FramedToken[] = [];
  let unread = 0;
  let paused = false;
  let full = false;
  /** Bytes of the next token that were sent ahead of it. */
  let ahead = 0;
  let ended = false;
  let phase: 'negotiate' | 'command' = 'negotiate';
  let failure: { readonly error: unknown } | undefined;
  let waiter: Waiter | undefined;
  let received = 0;
  const silence = watchSilence(
    () => waiter !== undefined,
    (timeoutMs) => {
      fail(timedOut(server, phase, timeoutMs));
      stream.destroy();
    },
  );

  function fail(error: unknown): void {
    failure ??= { error };
    silence.stop();
    const waiting = waiter;
    waiter = undefined;
    waiting?.reject(failure.error);
  }

  function wake(): void {
    const waiting = waiter;
    waiter = undefined;
    stream.hold(false);
    waiting?.resolve();
  }

  function wait(until: Waiter['until'], timeoutMs: number): Promise<void> {
    silence.begin(timeoutMs);
    stream.hold(true);
    return new Promise<void>((resolve, reject) => {
      waiter = { resolve, reject, until };
    });
  }

  function keep(token: FramedToken): void {
    tokens.push(token);
    unread += memoryOf(token);
  }

  stream.attach({
    onData(chunk) {
      if (failure !== undefined || ended) {
        return;
      }
      silence.reset();
      received += chunk.length;
      try {
        reader.push(chunk, keep);
      } catch (error) {
        fail(error);
        stream.destroy();
        return;
      }
      if (unread > PAUSE_AT && !paused) {
        paused = true;
        stream.pause();
      }
      if (tokens.length > 0) {
        wake();
      }
    },
    onEnd(cause) {
      const reason = cause === undefined ? undefined : systemFailure(cause);
      fail(connectionBroken(server, phase, reason, { cause }));
    },
    onDrain() {
      full = false;
      silence.reset();
      if (waiter?.until === 'drain') {
        wake();
      }
    },
  });
  stream.hold(false);

  /** Hands a token to the stream, without what was sent ahead of it. Returns whether more may be sent. */
  function write(flags: number, payload: Uint8Array): boolean {
    const rest = encodeToken(flags, payload).subarray(ahead);
    ahead = 0;
    return stream.write(rest);
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
    sendAhead(bytes) {
      if (failure !== undefined || full || ahead === bytes.length) {
        return;
      }
      full = !stream.write(bytes.subarray(ahead, ahead + 1));
      ahead += 1;
    },
    async receive(timeoutMs) {
      for (;;) {
        const token = tokens.shift();
        if (token !== undefined) {
          unread -= memoryOf(token);
          if (paused && unread <= PAUSE_AT / 2) {
            paused = false;
            stream.resume();
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
      // An unasked token says more than the end that may have come after it.
      if (tokens.length === 0 && failure !== undefined) {
        throw failure.error;
      }
      if (tokens.length > 0 || reader.inToken()) {
        throw unaskedToken(server);
      }
    },
    hasToken: () => tokens.length > 0,
    received: () => received,
    setPhase(next) {
      phase = next;
    },
    end(last) {
      if (last !== undefined && failure === undefined && !ended) {
        write(last.flags, last.payload);
      }
      ended = true;
      silence.stop();
      return stream.end();
    },
    destroy(reason) {
      fail(reason);
      stream.destroy();
    },
  };
}
