/** What `client.run()` returns: a command's answer as tokens, as web streams, or whole. */
import { RemctlBusyError, RemctlError, RemctlProtocolError } from './errors.js';
import { type ErrorToken, type ServerToken, STDERR, STDOUT, type Token } from './tokens.js';

/** A finished command: what it wrote, and how it ended. */
export interface RemctlResult {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** The exit status, 0 to 255. A status other than 0 is no error here. */
  readonly status: number;
}

/** The same with the output as text. */
export interface RemctlTextResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** How a run reads from its client. */
export interface RunSource {
  /** The next token; a done token where there is none left. */
  next(): Promise<Token>;
  /** The answer has been read to its end. */
  end(): void;
  /** The rest is not wanted: close the connection. */
  abandon(because: string): void;
}

type Stream = typeof STDOUT | typeof STDERR;

/** MESSAGE_ERROR as an error: the server's text, and its code. */
export function protocolError(token: ErrorToken): RemctlProtocolError {
  const error = new RemctlProtocolError(token.error, new TextDecoder().decode(token.output));
  error.commandState = 'finished';
  return error;
}

/**
 * A command that was sent. Its answer can be consumed once, in one of three ways:
 * - `for await (const token of run)`: the output tokens, then the status or error token;
 * - `run.stdout` and `run.stderr`, web streams of bytes, with `run.status`;
 * - `await run.text()` or `await run.bytes()`: all of it.
 *
 * `await run.status` alone reads the output and discards it.
 */
export class RemctlCommand implements AsyncIterable<ServerToken> {
  readonly #sent: Promise<void>;
  readonly #source: RunSource;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.interrupt(this.#signal?.reason);
  readonly #exit = deferred<number>();
  #reader: string | undefined;
  #over = false;
  #failure: { readonly reason: unknown } | undefined;
  #streams: OutputStreams | undefined;

  /** Made by `client.run()`. */
  constructor(sent: Promise<void>, signal: AbortSignal | undefined, source: RunSource) {
    this.#sent = sent;
    this.#source = source;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort);
    // Both are handed to whoever consumes the answer, which may begin later than they fail.
    sent.catch((error: unknown) => this.#fail(error));
    this.#exit.promise.catch(() => undefined);
  }

  /**
   * The exit status, 0 to 255, once the answer has been read to its end.
   *
   * Errors: RemctlProtocolError where the server answered with an error; those of `client.output()`.
   */
  get status(): Promise<number> {
    // Decided a moment later, so that `const { status, stdout } = run` reads through the stream.
    queueMicrotask(() => {
      if (this.#reader === undefined && !this.#over) {
        this.#read('status')
          .discard()
          .catch((error: unknown) => this.#fail(error));
      }
    });
    return this.#exit.promise;
  }

  /**
   * Standard output. Bytes are read from the server when this or `stderr` wants some. What arrives
   * for the other stream meanwhile is kept for it if it was asked for before, else discarded: ask
   * for both before reading either.
   */
  get stdout(): ReadableStream<Uint8Array> {
    return this.#openStreams().get(STDOUT);
  }

  /** Standard error; see `stdout`. */
  get stderr(): ReadableStream<Uint8Array> {
    return this.#openStreams().get(STDERR);
  }

  /**
   * The whole answer as bytes.
   *
   * Errors: RemctlProtocolError where the server answered with an error; those of `client.output()`.
   */
  async bytes(): Promise<RemctlResult> {
    const outputs = { [STDOUT]: growingBytes(), [STDERR]: growingBytes() };
    let status: number | undefined;
    for await (const token of this.#read('bytes()').tokens()) {
      if (token.type === 'output') outputs[token.stream].append(token.output);
      else if (token.type === 'error') throw protocolError(token);
      else status = token.status;
    }
    if (status === undefined) throw new RemctlError('the answer ended without a status');
    return { stdout: outputs[STDOUT].bytes(), stderr: outputs[STDERR].bytes(), status };
  }

  /** The whole answer, its output decoded as UTF-8; what is not UTF-8 becomes U+FFFD. Errors: as `bytes()`. */
  async text(): Promise<RemctlTextResult> {
    const { stdout, stderr, status } = await this.bytes();
    const utf8 = new TextDecoder();
    return { stdout: utf8.decode(stdout), stderr: utf8.decode(stderr), status };
  }

  /** The tokens, one for each message of the server. Leaving the loop early closes the connection. */
  [Symbol.asyncIterator](): AsyncIterator<ServerToken> {
    return this.#read('for await').tokens();
  }

  /** Ends the run with an error: an abort, or `close()` of its client. */
  interrupt(reason: unknown): void {
    if (this.#over) return;
    if (reason instanceof RemctlError) reason.commandState = 'unknown';
    this.#source.abandon(reason instanceof Error ? reason.message : String(reason));
    this.#fail(reason);
  }

  #openStreams(): OutputStreams {
    if (this.#streams === undefined) {
      const reader = this.#read('stdout and stderr');
      this.#streams = new OutputStreams(
        () => reader.next(),
        () => reader.abandon('the streams of its output were cancelled'),
      );
    }
    return this.#streams;
  }

  /** Takes the one right to read. */
  #read(reader: string) {
    if (this.#reader !== undefined) {
      throw new RemctlBusyError(
        `the answer is already read through ${this.#reader}: it can be read once`,
      );
    }
    this.#reader = reader;
    const next = () => this.#next();
    const abandon = (because: string) => {
      if (!this.#over) this.interrupt(new RemctlError(because));
    };
    return {
      next,
      abandon,
      async discard() {
        while ((await next()) !== undefined);
      },
      async *tokens(): AsyncGenerator<ServerToken, void, undefined> {
        try {
          for (let token = await next(); token !== undefined; token = await next()) yield token;
        } finally {
          abandon('the loop over its output was left');
        }
      },
    };
  }

  /** The next token; undefined after the end. */
  async #next(): Promise<ServerToken | undefined> {
    if (this.#failure !== undefined) throw this.#failure.reason;
    if (this.#over) return undefined;
    try {
      await this.#sent;
      const token = await this.#source.next();
      if (token.type === 'done') throw new RemctlError('the answer ended without a status');
      if (token.type !== 'output') {
        this.#finish();
        if (token.type === 'status') this.#exit.resolve(token.status);
        else this.#exit.reject(protocolError(token));
      }
      return token;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #finish(): void {
    this.#over = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#source.end();
  }

  #fail(reason: unknown): void {
    if (this.#over) return;
    this.#failure = { reason };
    this.#finish();
    this.#exit.reject(reason);
    this.#streams?.fail(reason);
  }
}

/** The two streams of a run, fed from one sequence of tokens. */
class OutputStreams {
  readonly #step: () => Promise<ServerToken | undefined>;
  readonly #abandon: () => void;
  readonly #open = new Map<
    Stream,
    { stream: ReadableStream<Uint8Array>; controller: ReadableStreamDefaultController<Uint8Array> }
  >();
  readonly #cancelled = new Set<Stream>();
  #ended = false;
  #failed: { readonly reason: unknown } | undefined;
  #reading: Promise<Stream | undefined> | undefined;

  constructor(step: () => Promise<ServerToken | undefined>, abandon: () => void) {
    this.#step = step;
    this.#abandon = abandon;
  }

  get(which: Stream): ReadableStream<Uint8Array> {
    const known = this.#open.get(which);
    if (known !== undefined) return known.stream;
    let own: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          own = controller;
        },
        pull: () => this.#pull(which),
        cancel: () => this.#cancel(which),
      },
      { highWaterMark: 0 },
    );
    if (own === undefined) throw new Error('a stream starts when it is made');
    if (this.#failed !== undefined) own.error(this.#failed.reason);
    else if (this.#ended) own.close();
    this.#open.set(which, { stream, controller: own });
    return stream;
  }

  fail(reason: unknown): void {
    this.#ended = true;
    this.#failed = { reason };
    for (const [which, { controller }] of this.#open) {
      if (!this.#cancelled.has(which)) controller.error(reason);
    }
  }

  /** Reads until a piece for this stream came, or the end. */
  async #pull(which: Stream): Promise<void> {
    while (!this.#ended) {
      this.#reading ??= this.#advance().finally(() => {
        this.#reading = undefined;
      });
      if ((await this.#reading) === which) return;
    }
  }

  /** Reads one token and hands it on; says for which stream it was. */
  async #advance(): Promise<Stream | undefined> {
    const token = await this.#step();
    if (token?.type === 'output') {
      if (!this.#cancelled.has(token.stream)) {
        this.#open.get(token.stream)?.controller.enqueue(token.output);
      }
      return token.stream;
    }
    if (token?.type === 'error') this.fail(protocolError(token));
    else if (!this.#ended) {
      this.#ended = true;
      for (const [which, { controller }] of this.#open) {
        if (!this.#cancelled.has(which)) controller.close();
      }
    }
    return undefined;
  }

  #cancel(which: Stream): void {
    this.#cancelled.add(which);
    if (!this.#ended && this.#cancelled.size === this.#open.size) this.#abandon();
  }
}

/** Promise.withResolvers, which Node 20 lacks. */
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** Octets that are first kept room for. */
const FIRST_CAPACITY = 1024;

/** Takes at most three times the memory of the octets appended, however small the pieces they come in. */
function growingBytes() {
  let buffer = new Uint8Array(FIRST_CAPACITY);
  let length = 0;
  return {
    append(piece: Uint8Array): void {
      if (buffer.length - length < piece.length) {
        const larger = new Uint8Array(Math.max(buffer.length * 2, length + piece.length));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(piece, length);
      length += piece.length;
    },
    bytes: (): Uint8Array => buffer.slice(0, length),
  };
}
