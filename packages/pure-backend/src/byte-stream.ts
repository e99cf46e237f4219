/** The interface of a stream of bytes in both directions. */

/** What a stream tells its owner. */
export interface ByteStreamHandlers {
  onData(chunk: Uint8Array): void;
  /** No more bytes will come. `cause` is what broke the stream; undefined if the other side ended it. Once. */
  onEnd(cause: Error | undefined): void;
  /** The stream takes bytes again after `write` returned false. */
  onDrain(): void;
}

/** Anything that moves bytes: a socket, or a test's two arrays. */
export interface ByteStream {
  /** Begins to deliver. Called once. */
  attach(handlers: ByteStreamHandlers): void;
  /** Sends bytes. Returns false if the caller should wait for `onDrain` before it writes more. */
  write(bytes: Uint8Array): boolean;
  pause(): void;
  resume(): void;
  /** Sets whether the stream keeps the process alive. */
  hold(alive: boolean): void;
  /** Sends what was written, then the end. Settles within a second, when the stream is released. */
  end(): Promise<void>;
  /** Releases the stream at once. */
  destroy(): void;
}
