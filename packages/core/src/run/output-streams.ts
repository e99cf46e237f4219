/** The two web streams of a run, fed by its tokens. */

import { RemctlError } from '../errors.js';
import { isError } from '../is-error.js';
import type { ServerToken } from '../tokens.js';
import { type KeptOutput, keptOutput, type Stream } from './kept-output.js';
import { protocolError } from './protocol-error.js';

/** Gives the streams their tokens. */
export interface TokenReader {
  /** The next token; undefined after the end. */
  next(): Promise<ServerToken | undefined>;
  /** Ends the run: nothing more is wanted, or can be kept. `reason` says why. */
  abandon(reason: Error): void;
}

interface OpenStream {
  readonly stream: ReadableStream<Uint8Array>;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

/**
 * Divides a run's output between its streams. Output of a stream that nobody reads just now is kept until it
 * is read or the stream is cancelled, also if nobody has asked for that stream yet. At most `maxOutput` bytes
 * are kept; more fails the run.
 */
export class OutputStreams {
  readonly #reader: TokenReader;
  readonly #kept: KeptOutput;
  readonly #open = new Map<Stream, OpenStream>();
  readonly #cancelled = new Set<Stream>();
  /** The streams whose reader waits for output. */
  readonly #awaited = new Set<Stream>();
  #end: { readonly failure?: { readonly reason: unknown } } | undefined;
  #reading: Promise<void> | undefined;

  constructor(reader: TokenReader, maxOutput: number) {
    this.#reader = reader;
    this.#kept = keptOutput(maxOutput);
  }

  get(which: Stream): ReadableStream<Uint8Array> {
    const known = this.#open.get(which);
    if (known !== undefined) {
      return known.stream;
    }
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (own) => {
          controller = own;
        },
        pull: () => this.#pull(which),
        cancel: () => this.#cancel(which),
      },
      { highWaterMark: 0 },
    );
    if (controller === undefined) {
      throw new Error('a stream starts when it is made');
    }
    this.#open.set(which, { stream, controller });
    this.#settle(which);
    return stream;
  }

  /** Notes that the run has failed. Each stream fails once its kept output has been read. */
  fail(reason: unknown): void {
    if (this.#end === undefined) {
      this.#finish({ failure: { reason } });
    }
  }

  /** Gives the stream's reader a piece, or the end. */
  async #pull(which: Stream): Promise<void> {
    const kept = this.#kept.take(which);
    if (kept !== undefined) {
      this.#open.get(which)?.controller.enqueue(kept);
      this.#settle(which);
      return;
    }
    this.#awaited.add(which);
    while (this.#awaited.has(which) && this.#end === undefined) {
      await this.#read();
    }
  }

  /** Reads one token, for every stream that wants one. */
  #read(): Promise<void> {
    this.#reading ??= this.#handOn().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #handOn(): Promise<void> {
    let token: ServerToken | undefined;
    try {
      token = await this.#reader.next();
    } catch (reason) {
      this.fail(reason);
      return;
    }
    if (token?.type === 'output') {
      this.#take(token.stream, token.output);
    } else if (token?.type === 'error') {
      this.fail(protocolError(token));
    } else if (this.#end === undefined) {
      this.#finish({});
    }
  }

  #take(which: Stream, output: Uint8Array): void {
    if (this.#cancelled.has(which)) {
      return;
    }
    if (this.#end === undefined && this.#awaited.delete(which)) {
      this.#open.get(which)?.controller.enqueue(output);
      return;
    }
    try {
      this.#kept.add(which, output);
    } catch (error) {
      if (!isError(error)) {
        throw error;
      }
      this.#reader.abandon(error);
    }
  }

  #finish(end: { readonly failure?: { readonly reason: unknown } }): void {
    this.#end = end;
    for (const which of this.#open.keys()) {
      this.#settle(which);
    }
  }

  /** Ends a stream if the run has ended and none of its output is kept any more. */
  #settle(which: Stream): void {
    const controller = this.#open.get(which)?.controller;
    if (controller === undefined || this.#end === undefined) {
      return;
    }
    if (this.#cancelled.has(which) || !this.#kept.isEmpty(which)) {
      return;
    }
    this.#awaited.delete(which);
    if (this.#end.failure !== undefined) {
      controller.error(this.#end.failure.reason);
    } else {
      controller.close();
    }
  }

  #cancel(which: Stream): void {
    this.#cancelled.add(which);
    this.#awaited.delete(which);
    this.#kept.discard(which);
    if (this.#end === undefined && this.#cancelled.size === this.#open.size) {
      this.#reader.abandon(new RemctlError('the streams of its output were cancelled'));
    }
  }
}
