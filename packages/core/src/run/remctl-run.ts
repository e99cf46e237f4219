/** A run: a command's answer as tokens, as web streams, or whole. */

import { constants } from 'node:buffer';
import { type CommandState, RemctlBusyError, RemctlError } from '../errors.js';
import { inspectsAs } from '../inspects-as.js';
import { isError } from '../is-error.js';
import { type ServerToken, STDERR, STDOUT, type Token } from '../tokens.js';
import { whenAborted } from '../when-aborted.js';
import { type GrowingBytes, growingBytes } from './growing-bytes.js';
import { outputLimit } from './kept-output.js';
import { type KeptTokens, keptTokens } from './kept-tokens.js';
import { OutputStreams } from './output-streams.js';
import { protocolError } from './protocol-error.js';

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

/** What a run uses of its client. */
export interface RunSource {
  /** What is known of the command. */
  readonly commandState: CommandState;
  /** Gives the next token; a done token after the end. */
  next(): Promise<Token>;
  /** Notes that the answer has been read to its end. */
  end(): void;
  /** Closes the connection: the rest is not wanted. A call that waits throws `reason`. */
  abandon(reason: unknown): void;
}

export interface RunSettings {
  readonly signal: AbortSignal | undefined;
  /** Bytes. */
  readonly maxOutput: number;
}

/** Stops watching the signals of runs that nobody holds any more. */
const dropped = new FinalizationRegistry<() => void>((unwatch) => unwatch());

/**
 * Interrupts a run when its signal aborts. A signal that lives long does not keep the run and its client
 * in memory.
 */
function interruptOnAbort(run: RemctlRun, signal: AbortSignal | undefined): () => void {
  if (signal === undefined) {
    return () => undefined;
  }
  const weak = new WeakRef(run);
  const unwatch = whenAborted(signal, () => {
    const held = weak.deref();
    if (held !== undefined) {
      interruptRun(held, signal.reason);
    }
  });
  dropped.register(run, unwatch, run);
  return unwatch;
}

let interrupt: (run: RemctlRun, reason: unknown) => void;

/** Ends a run with an error, for its client: `close()` or another `open()`. */
export function interruptRun(run: RemctlRun, reason: unknown): void {
  interrupt(run, reason);
}

/**
 * A command that was sent, and its answer. The answer can be read once, in one of four ways:
 * - `for await (const token of run)` gives the output tokens, then the status or error token.
 * - `run.stdout` and `run.stderr` are web streams of bytes.
 * - `await run.text()` and `await run.bytes()` give the whole answer.
 * - `await run.discard()` gives the exit status, and keeps no output.
 *
 * `run.status` may be asked for beside any of them, before and after. No output is lost: output that nobody
 * has read yet is kept, up to `maxOutput` bytes. More ends the run with RemctlOutputLimitError.
 */
export class RemctlRun implements AsyncIterable<ServerToken> {
  readonly #sent: Promise<void>;
  readonly #source: RunSource;
  readonly #maxOutput: number;
  readonly #unwatch: () => void;
  readonly #exit = deferred<number>();
  #reader: string | undefined;
  #over = false;
  #failure: { readonly reason: unknown } | undefined;
  #streams: OutputStreams | undefined;
  /** What was read for `status` before the answer had a reader. */
  #ahead: KeptTokens | undefined;
  #readingAhead: Promise<void> | undefined;

  static {
    interrupt = (run, reason) => run.#interrupt(reason);
    inspectsAs(RemctlRun.prototype, 'RemctlRun', (run) => run.#facts());
  }

  /** Made by `client.run()`. */
  constructor(sent: Promise<void>, { signal, maxOutput }: RunSettings, source: RunSource) {
    this.#sent = sent;
    this.#source = source;
    this.#maxOutput = maxOutput;
    this.#unwatch = interruptOnAbort(this, signal);
    // The reader gets both failures, and may begin later than they happen.
    sent.catch((error: unknown) => this.#fail(error));
    this.#exit.promise.catch(() => undefined);
  }

  /** What is known of this command. An error's `commandState` says the same. It stays after an abort. */
  get commandState(): CommandState {
    return this.#source.commandState;
  }

  /**
   * The exit status, 0 to 255, once the answer has been read to its end. If nothing reads the answer yet,
   * this reads it ahead and keeps the output for a later reader. A loop then gets the output of neighbouring
   * tokens joined.
   *
   * Throws RemctlProtocolError if the server answers with an error, the errors of `client.output()`,
   * RemctlOutputLimitError, and the signal's reason.
   */
  get status(): Promise<number> {
    // In the same turn a reader may still be chosen: it reads at its own pace, and `status` waits for it.
    queueMicrotask(() => {
      if (this.#reader === undefined && !this.#over) {
        this.#readingAhead ??= this.#readAhead();
      }
    });
    return this.#exit.promise;
  }

  /**
   * Standard output. Bytes are read from the server when this stream or `stderr` wants some. Output of the
   * other stream that arrives meanwhile is kept, also if that stream is asked for later. Cancel a stream that
   * is not wanted.
   */
  get stdout(): ReadableStream<Uint8Array> {
    return this.#openStreams('stdout and stderr').get(STDOUT);
  }

  /** Standard error; see `stdout`. */
  get stderr(): ReadableStream<Uint8Array> {
    return this.#openStreams('stdout and stderr').get(STDERR);
  }

  /**
   * Returns the whole answer as bytes, at most `maxOutput` of both streams together.
   *
   * Throws RemctlProtocolError if the server answers with an error, the errors of `client.output()`,
   * RemctlOutputLimitError, and the signal's reason.
   */
  bytes(): Promise<RemctlResult> {
    return this.#whole('bytes()', this.#maxOutput);
  }

  /**
   * Returns the whole answer with its output decoded as UTF-8. Bytes that are not UTF-8 become U+FFFD; a byte
   * order mark stays. Each stream may have as many bytes of output as a string has characters
   * (`buffer.constants.MAX_STRING_LENGTH`).
   *
   * Throws the errors of `bytes()`.
   */
  async text(): Promise<RemctlTextResult> {
    const { stdout, stderr, status } = await this.#whole('text()', constants.MAX_STRING_LENGTH);
    const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
    return { stdout: utf8.decode(stdout), stderr: utf8.decode(stderr), status };
  }

  /** Reads the answer to its end, keeps no output, and returns the exit status. Throws the errors of `status`. */
  async discard(): Promise<number> {
    const { next } = this.#read('discard()');
    let token: ServerToken | undefined;
    do {
      token = await next();
    } while (token !== undefined);
    return this.#exit.promise;
  }

  /** Gives the tokens, one for each message of the server. Leaving the loop early closes the connection. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ServerToken> {
    const { next, abandon } = this.#read('for await');
    let last: Promise<unknown> = Promise.resolve();
    let left = false;
    const leave = () => {
      left = true;
      abandon(new RemctlError('the loop over its output was left'));
    };
    const end = { done: true, value: undefined } as const;
    return {
      next: () => {
        // Steps run one after the other: a caller may ask for several tokens at once.
        const step = last.then(async () => {
          const token = left ? undefined : await next();
          return token === undefined ? end : { done: false as const, value: token };
        });
        last = step.catch(() => undefined);
        return step;
      },
      // This is no generator: a generator's `finally` does not run before the first `next()`.
      async return() {
        leave();
        return end;
      },
      async throw(error: unknown) {
        leave();
        throw error;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** What `util.inspect` shows. */
  #facts(): object {
    const ended = this.#failure === undefined ? 'ended' : 'failed';
    return {
      state: this.#over ? ended : 'running',
      commandState: this.commandState,
      readBy: this.#reader,
    };
  }

  #interrupt(reason: unknown): void {
    if (this.#over) {
      return;
    }
    if (reason instanceof RemctlError) {
      reason.commandState = this.commandState;
    }
    this.#source.abandon(reason);
    this.#fail(reason);
  }

  #openStreams(by: string): OutputStreams {
    if (this.#streams === undefined) {
      const { next, abandon } = this.#read(by);
      this.#streams = new OutputStreams({ next, abandon }, this.#maxOutput);
    }
    return this.#streams;
  }

  async #whole(reader: string, maxOfEach: number): Promise<RemctlResult> {
    const outputs = { [STDOUT]: growingBytes(), [STDERR]: growingBytes() };
    const { next, abandon } = this.#read(reader);
    let status: number | undefined;
    for (let token = await next(); token !== undefined; token = await next()) {
      if (token.type === 'error') {
        throw protocolError(token);
      }
      if (token.type === 'status') {
        status = token.status;
      } else {
        try {
          this.#append(outputs, token.stream, token.output, maxOfEach);
        } catch (error) {
          if (isError(error)) {
            abandon(error);
          }
          throw error;
        }
      }
    }
    if (status === undefined) {
      throw new RemctlError('the answer ended without a status');
    }
    return { stdout: outputs[STDOUT].bytes(), stderr: outputs[STDERR].bytes(), status };
  }

  #append(
    outputs: { readonly [STDOUT]: GrowingBytes; readonly [STDERR]: GrowingBytes },
    stream: typeof STDOUT | typeof STDERR,
    piece: Uint8Array,
    maxOfEach: number,
  ): void {
    if (outputs[STDOUT].length + outputs[STDERR].length + piece.length > this.#maxOutput) {
      throw outputLimit(this.#maxOutput, 'output');
    }
    if (outputs[stream].length + piece.length > maxOfEach) {
      throw outputLimit(maxOfEach, 'output, which is as much as fits one string');
    }
    outputs[stream].append(piece);
  }

  /** Takes the right to read the answer, which one reader has. Throws RemctlBusyError if another has it. */
  #read(reader: string) {
    if (this.#reader !== undefined) {
      throw new RemctlBusyError(
        `the answer is already read through ${this.#reader}: it can be read once`,
      );
    }
    this.#reader = reader;
    return {
      next: () => this.#next(),
      abandon: (reason: Error) => this.#interrupt(reason),
    };
  }

  /** Reads tokens until the answer has a reader or ends, and keeps them for that reader. */
  async #readAhead(): Promise<void> {
    this.#ahead = keptTokens(this.#maxOutput);
    try {
      while (this.#reader === undefined && !this.#over) {
        const token = await this.#fetch();
        if (token !== undefined) {
          this.#ahead.add(token);
        }
      }
    } catch (error) {
      // `status` rejects with it now, and the reader gets it after the output that was kept.
      this.#interrupt(error);
    }
    this.#readingAhead = undefined;
  }

  /** The next token for the reader; undefined after the end. */
  async #next(): Promise<ServerToken | undefined> {
    if (this.#readingAhead !== undefined) {
      await this.#readingAhead;
    }
    return this.#ahead?.take() ?? this.#fetch();
  }

  /** The next token of the client; undefined after the end. */
  async #fetch(): Promise<ServerToken | undefined> {
    if (this.#failure !== undefined) {
      throw this.#failure.reason;
    }
    if (this.#over) {
      return undefined;
    }
    try {
      await this.#sent;
      this.#throwIfFailed();
      const token = await this.#source.next();
      this.#throwIfFailed();
      if (token.type === 'done') {
        throw new RemctlError('the answer ended without a status');
      }
      if (token.type !== 'output') {
        this.#finish();
        if (token.type === 'status') {
          this.#exit.resolve(token.status);
        } else {
          this.#exit.reject(protocolError(token));
        }
      }
      return token;
    } catch (error) {
      this.#fail(error);
      // If an interruption came first, the caller gets its reason.
      this.#throwIfFailed();
      throw error;
    }
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) {
      throw this.#failure.reason;
    }
  }

  #finish(): void {
    this.#over = true;
    this.#unwatch();
    dropped.unregister(this);
    this.#source.end();
  }

  #fail(reason: unknown): void {
    if (this.#over) {
      return;
    }
    this.#failure = { reason };
    this.#finish();
    this.#exit.reject(reason);
    this.#streams?.fail(reason);
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
