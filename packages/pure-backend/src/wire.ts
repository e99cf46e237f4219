/** A stream of bytes in both directions. `dial` makes one of a socket; a test, of bytes alone. */
export interface WireHandlers {
  onData(chunk: Uint8Array): void;
  /** No more bytes will come: the other side's end (undefined), or what broke the wire. Once. */
  onEnd(cause: Error | undefined): void;
  /** Bytes were accepted after `write` returned false. */
  onDrain(): void;
}

export interface Wire {
  /** Begins to deliver. Called once. */
  attach(handlers: WireHandlers): void;
  /** Gives false where the caller should wait for `onDrain` before it writes more. */
  write(bytes: Uint8Array): boolean;
  pause(): void;
  resume(): void;
  /** Whether the wire keeps the process alive. */
  hold(alive: boolean): void;
  /** Sends what was written, then the end; settles when the wire is released, in a bounded time. */
  end(): Promise<void>;
  /** Releases the wire at once. */
  destroy(): void;
}
