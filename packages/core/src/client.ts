/** The full interface: one client, one connection at a time, one call at a time. */
import {
  type CheckedTarget,
  type Command,
  type CredentialOptions,
  checkCcache,
  checkCredentials,
  checkFitsProtocol1,
  checkMaxOutput,
  checkMinProtocol,
  checkSignal,
  checkSourceIp,
  checkTarget,
  checkTimeout,
  encodeCommand,
  type Target,
} from './arguments.js';
import type { Backend, Connection, Credentials } from './backend.js';
import {
  type CommandState,
  RemctlBusyError,
  RemctlError,
  RemctlNotOpenedError,
  RemctlUnsupportedError,
} from './errors.js';
import { openConnection } from './open-connection.js';
import { RemctlCommand } from './run.js';
import type { Token } from './tokens.js';
import { whenAborted } from './when-aborted.js';

/** What a client is made with. `signal` on calls is separate. */
export type ClientOptions = CredentialOptions & {
  /** The source IP address of connections. */
  readonly sourceIp?: string | undefined;
  /** Seconds that the server may be silent; 0, the default, for ever. Fractions are taken. */
  readonly timeout?: number | undefined;
  /**
   * The lowest protocol to speak: 1, the default, falls back to protocol 1 where the server (or
   * someone on the way to it) does not offer more; 2 refuses that before a command is sent.
   */
  readonly minProtocol?: 1 | 2 | undefined;
  /** For every `run()`; see `RunOptions`. */
  readonly maxOutput?: number | undefined;
};

/** Bytes of output that a run keeps at most, if nobody says otherwise: 256 MiB. */
export const DEFAULT_MAX_OUTPUT = 256 * 1024 * 1024;

export interface CallOptions {
  /** Ends the call at once, and the connection with it; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunOptions extends CallOptions {
  /**
   * Bytes of output, of both streams together, that the run keeps at most: what `text()` and
   * `bytes()` gather, and what came for a stream that nobody has read yet. One more ends it with
   * RemctlOutputLimitError; Infinity for no bound. Without it, the client's, else 256 MiB
   * (`DEFAULT_MAX_OUTPUT`).
   */
  readonly maxOutput?: number | undefined;
}

type State =
  | { readonly type: 'closed'; readonly because: string }
  | { readonly type: 'open'; readonly connection: Connection; readonly outputPending: boolean }
  /** A connection of protocol 1 whose one command is done; the next command opens another. */
  | { readonly type: 'spent' };

interface Call {
  readonly method: string;
  readonly interrupt: (reason: unknown) => void;
}

/** What is known of one command, for its errors: a later command or connection does not change it. */
interface CommandRecord {
  state: CommandState;
}

const DONE: Token = Object.freeze({ type: 'done' });

/**
 * A client on one backend. It holds at most one connection, on which commands run one after the
 * other; for commands at the same time, make several clients.
 *
 * What the API text leaves open holds for every backend:
 * - a command, or a NOOP, while the last command's output is not read to its end: RemctlBusyError,
 *   and nothing is sent;
 * - a call while another waits: RemctlBusyError for the second, the first goes on;
 * - `output()` before any command, or after the command's end: a done token;
 * - `output()`, `command()` or `noop()` before `open()`, after `close()` and after a failure:
 *   RemctlNotOpenedError;
 * - `close()` while a call waits: the call rejects with RemctlNotOpenedError;
 * - `open()` on an open client closes the old connection first, also when the new one fails;
 * - any failure of a call on the network, and an abort, ends the connection.
 */
export class Remctl {
  readonly #backend: Backend;
  #state: State = { type: 'closed', because: 'call open() first' };
  #target: CheckedTarget | undefined;
  #credentials: Credentials | undefined;
  #sourceIp: string | undefined;
  #timeoutMs = 0;
  readonly #minProtocol: 1 | 2;
  #call: Call | undefined;
  #run: RemctlCommand | undefined;
  #last: CommandRecord = { state: 'not-sent' };
  readonly #maxOutput: number;
  #lastError: string | null = null;

  /**
   * Makes a client; nothing is connected. `createClient` also loads a backend by its name.
   *
   * Errors: TypeError and RangeError for the options; RemctlUnsupportedError for credentials that
   * the backend cannot use.
   */
  constructor(backend: Backend, options: ClientOptions = {}) {
    this.#backend = backend;
    this.#useCredentials(checkCredentials(options));
    this.#minProtocol = checkMinProtocol(options.minProtocol ?? 1);
    if (options.sourceIp !== undefined) {
      this.setSourceIp(options.sourceIp);
    }
    if (options.timeout !== undefined) {
      this.setTimeout(options.timeout);
    }
    this.#maxOutput = checkMaxOutput(options.maxOutput ?? DEFAULT_MAX_OUTPUT);
  }

  /** The backend's name, such as `native`. */
  get backend(): string {
    return this.#backend.name;
  }

  /**
   * What is known of the last command that was taken; the same as an error's `commandState`, also
   * after an abort and after another `open()`. `not-sent` before any.
   */
  get commandState(): CommandState {
    return this.#last.state;
  }

  /** Whether a connection is open (at protocol 1: whether a command can be given). */
  get isOpen(): boolean {
    return this.#state.type !== 'closed';
  }

  /**
   * "Sets the credential cache for outgoing connections": for later `open()` calls of this client
   * and no other.
   *
   * Errors: TypeError and RangeError; RemctlUnsupportedError, "setting the credential cache isn't
   * supported" by this backend.
   */
  setCcache(ccache: string): void {
    this.#useCredentials(checkCcache(ccache));
  }

  /**
   * "Sets the source IP for future outgoing connections", IPv4 or IPv6.
   *
   * Errors: TypeError; RangeError, "It must be an IP address, not a host name."
   */
  setSourceIp(source: string): void {
    this.#sourceIp = checkSourceIp(source);
  }

  /**
   * "Sets the timeout for connections and commands", in seconds, 0 for none; it holds from the next
   * call on. "The timeout is a timeout on network activity from the server, not on a complete
   * operation."
   *
   * Errors: TypeError; RangeError where it is negative.
   */
  setTimeout(timeout: number): void {
    this.#timeoutMs = checkTimeout(timeout);
  }

  /**
   * "Open a connection to a remote server and authenticate." An open that the server drops is tried
   * again (see `openConnection`); no command has been sent by then.
   *
   * Errors: TypeError and RangeError for arguments; RemctlNetworkError, RemctlTimeoutError,
   * RemctlAuthenticationError, RemctlInvalidTokenError; RemctlBusyError; the signal's reason.
   */
  open(target: Target & CallOptions): Promise<void>;
  open(
    host: string,
    port?: number | null,
    principal?: string | null,
    options?: CallOptions,
  ): Promise<void>;
  async open(
    first: string | (Target & CallOptions),
    port?: number | null,
    principal?: string | null,
    options: CallOptions = {},
  ): Promise<void> {
    const target = checkTarget(
      typeof first === 'object' ? first : { host: first, port, principal },
    );
    const signal = checkSignal(typeof first === 'object' ? first : options);
    this.#checkIdle('open', 'not-sent');
    signal?.throwIfAborted();
    this.#run?.interrupt(new RemctlNotOpenedError('open() was called before its end'));
    await this.#connect(target, signal);
  }

  /**
   * "Send a command to the remote host." Read its answer with `output()` to its end, then the next
   * can be sent. Where the server speaks protocol 1, a connection is opened for each command.
   *
   * Errors: TypeError and RangeError for the command; RemctlNotOpenedError; RemctlBusyError;
   * RemctlUnsupportedError for more than 64 KiB at protocol 1, nothing sent; RemctlNetworkError,
   * RemctlTimeoutError and the like; the signal's reason.
   */
  async command(command: Command, options: CallOptions = {}): Promise<void> {
    await this.#send('command', encodeCommand(command), checkSignal(options));
  }

  /**
   * "Reads an output token from the server": output tokens, then one status or error token, then
   * done tokens "for as long as output() is called without another call to command()".
   *
   * Errors: RemctlNotOpenedError; RemctlBusyError, also while a `run()` reads the output;
   * RemctlNetworkError, RemctlTimeoutError, RemctlInvalidTokenError; the signal's reason.
   */
  async output(options: CallOptions = {}): Promise<Token> {
    const signal = checkSignal(options);
    if (this.#run !== undefined) {
      throw this.#note(new RemctlBusyError('a run() is reading the output: read it from there'));
    }
    return this.#receive('output', signal);
  }

  /**
   * "Send a NOOP message to the server and read the reply", to keep the connection alive. Resolves
   * to true.
   *
   * Errors: RemctlUnsupportedError where the server has no protocol 3 (at protocol 2 the connection
   * stays open); RemctlNotOpenedError; RemctlBusyError; RemctlNetworkError and the like, after which
   * "the client will need to explicitly reopen the connection with open()"; the signal's reason.
   */
  async noop(options: CallOptions = {}): Promise<true> {
    const signal = checkSignal(options);
    this.#checkIdle('noop');
    const state = this.#opened('noop');
    if (state.type === 'spent' || state.connection.protocol === 1) {
      throw this.#note(
        new RemctlUnsupportedError('the server speaks protocol 1, which has no NOOP message'),
      );
    }
    if (state.outputPending) {
      throw this.#note(this.#outputPending('noop'));
    }
    const { connection } = state;
    await this.#exclusive(
      'noop',
      signal,
      async () => {
        connection.checkReady?.();
        await connection.noop({ timeoutMs: this.#timeoutMs });
      },
      () => undefined,
    );
    return true;
  }

  /**
   * "Close a connection." What waits is ended. Closing a closed client does nothing. Never rejects.
   */
  async close(): Promise<void> {
    const state = this.#state;
    const run = this.#run;
    this.#state = { type: 'closed', because: 'close() was called' };
    this.#run = undefined;
    const ended = new RemctlNotOpenedError('close() was called while this waited');
    ended.commandState = this.#last.state;
    if (this.#call !== undefined) {
      if (state.type === 'open') {
        state.connection.abort();
      }
      this.#call.interrupt(ended);
    } else if (state.type === 'open') {
      if (state.outputPending) {
        state.connection.abort();
      }
      await state.connection.close();
    }
    run?.interrupt(ended);
  }

  /** "Returns the error from the last failed Remctl method", or null where none has failed. */
  error(): string | null {
    return this.#lastError;
  }

  /**
   * Runs a command and gives its answer as an async iterable of tokens, as web streams, or whole.
   * The command is sent at once; its answer is read as fast as it is consumed, and no faster.
   * Leaving a loop over it early closes the connection: the command may still be running.
   *
   * Errors: TypeError and RangeError are thrown here. All others come where the answer is consumed.
   */
  run(command: Command, options: RunOptions = {}): RemctlCommand {
    const words = encodeCommand(command);
    const signal = checkSignal(options);
    const maxOutput = checkMaxOutput(options.maxOutput ?? this.#maxOutput);
    // Only a command that was taken owns the output; one that is refused leaves it to its owner.
    let record: CommandRecord | undefined;
    const sent = this.#send('run', words, signal, (taken) => {
      record = taken;
    });
    const run: RemctlCommand = new RemctlCommand(
      sent,
      { signal, maxOutput },
      {
        get commandState() {
          return record?.state ?? 'not-sent';
        },
        next: () => this.#receive('run', signal),
        end: () => {
          if (this.#run === run) {
            this.#run = undefined;
          }
        },
        abandon: (reason) => {
          if (this.#run !== run) {
            return;
          }
          this.#run = undefined;
          // If the command is still being sent, or a token awaited, that call ends with it.
          if (this.#call === undefined) {
            this.#break(textOf(reason));
          } else {
            this.#call.interrupt(reason);
          }
        },
      },
    );
    if (record !== undefined) {
      this.#run = run;
    }
    return run;
  }

  /** `await using` closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #useCredentials(credentials: Credentials | undefined): void {
    if (credentials !== undefined) {
      this.#backend.checkCredentials?.(credentials);
    }
    this.#credentials = credentials;
  }

  async #connect(target: CheckedTarget, signal: AbortSignal | undefined): Promise<void> {
    const old = this.#state;
    this.#state = { type: 'closed', because: 'the last open() failed' };
    this.#target = target;
    const controller = new AbortController();
    await this.#exclusive(
      'open',
      signal,
      async () => {
        if (old.type === 'open') {
          if (old.outputPending) {
            old.connection.abort();
          }
          await old.connection.close();
        }
        return openConnection(this.#backend, {
          ...target,
          credentials: this.#credentials,
          sourceIp: this.#sourceIp,
          timeoutMs: this.#timeoutMs,
          minProtocol: this.#minProtocol,
          signal: controller.signal,
        });
      },
      (connection) => {
        this.#state = { type: 'open', connection, outputPending: false };
      },
      {
        onInterrupt: (reason) => controller.abort(reason),
        onLate: (connection) => connection.abort(),
        // An open sends nothing of a command.
        commandState: () => 'not-sent',
      },
    );
  }

  async #send(
    method: string,
    words: readonly Uint8Array[],
    signal: AbortSignal | undefined,
    onTaken: (record: CommandRecord) => void = () => undefined,
  ): Promise<void> {
    this.#checkIdle(method, 'not-sent');
    let state = this.#opened(method, 'not-sent');
    if (state.type === 'open' && state.outputPending) {
      throw this.#note(this.#outputPending(method), 'not-sent');
    }
    signal?.throwIfAborted();
    const record: CommandRecord = { state: 'not-sent' };
    this.#last = record;
    onTaken(record);
    if (state.type === 'spent') {
      if (this.#target === undefined) {
        throw new Error('a spent connection has a target');
      }
      await this.#connect(this.#target, signal);
      state = this.#opened(method);
      if (state.type === 'spent') {
        throw new Error('a new connection is not spent');
      }
    }
    const { connection } = state;
    if (connection.protocol === 1) {
      try {
        checkFitsProtocol1(words);
      } catch (error) {
        throw this.#note(error);
      }
    }
    await this.#exclusive(
      method,
      signal,
      async () => {
        connection.checkReady?.();
        record.state = 'unknown';
        await connection.send(words, { timeoutMs: this.#timeoutMs });
      },
      () => {
        this.#state = { type: 'open', connection, outputPending: true };
      },
    );
  }

  async #receive(method: string, signal: AbortSignal | undefined): Promise<Token> {
    this.#checkIdle(method);
    const state = this.#opened(method);
    if (state.type === 'spent' || !state.outputPending) {
      return DONE;
    }
    signal?.throwIfAborted();
    const { connection } = state;
    return this.#exclusive(
      method,
      signal,
      () => connection.receive({ timeoutMs: this.#timeoutMs }),
      (token) => {
        if (token.type !== 'output') {
          this.#finish(connection);
        }
        return token;
      },
    );
  }

  #finish(connection: Connection): void {
    this.#last.state = 'finished';
    // The answer is complete: what comes next cannot interrupt its run any more.
    this.#run = undefined;
    if (connection.protocol === 1) {
      this.#state = { type: 'spent' };
      // Its promise never rejects, and nothing more is to be done on it.
      void connection.close();
    } else {
      this.#state = { type: 'open', connection, outputPending: false };
    }
  }

  /**
   * Runs one call alone. It ends when the work does, or at once when it is interrupted, whatever
   * the backend does then; `commit` changes the state only in the first case.
   */
  #exclusive<T, R>(
    method: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
    commit: (value: T) => R,
    on: {
      readonly onInterrupt?: (reason: unknown) => void;
      readonly onLate?: (value: T) => void;
      /** For errors; without it, that of the last command. */
      readonly commandState?: () => CommandState;
    } = {},
  ): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      let over = false;
      const finish = () => {
        over = true;
        this.#call = undefined;
        unwatch();
      };
      const fail = (error: unknown) => {
        finish();
        // At protocol 2 a server may answer NOOP with MESSAGE_VERSION; the connection is unharmed.
        if (!(method === 'noop' && error instanceof RemctlUnsupportedError)) {
          this.#break(textOf(error));
        }
        reject(this.#note(error, on.commandState?.()));
      };
      const interrupt = (reason: unknown) => {
        on.onInterrupt?.(reason);
        fail(reason);
      };
      this.#call = { method, interrupt };
      const unwatch = whenAborted(signal, () => interrupt(signal?.reason));
      work().then(
        (value) => {
          if (over) {
            on.onLate?.(value);
            return;
          }
          finish();
          resolve(commit(value));
        },
        (error: unknown) => {
          // After an interruption the caller has its answer; this is the backend's echo of it.
          if (!over) {
            fail(asRemctlError(error));
          }
        },
      );
    });
  }

  #break(because: string): void {
    const state = this.#state;
    if (state.type === 'open') {
      state.connection.abort();
    }
    if (state.type !== 'closed') {
      this.#state = { type: 'closed', because: `the connection ended: ${because}` };
    }
  }

  #opened(method: string, of?: CommandState): Exclude<State, { type: 'closed' }> {
    const state = this.#state;
    if (state.type !== 'closed') {
      return state;
    }
    throw this.#note(
      new RemctlNotOpenedError(`no connection is open for ${method}(): ${state.because}`),
      of,
    );
  }

  #checkIdle(method: string, of?: CommandState): void {
    if (this.#call === undefined) {
      return;
    }
    throw this.#note(
      new RemctlBusyError(
        `${method}() was called while ${this.#call.method}() waits: ` +
          'await it first, or use one client for each command at a time',
      ),
      of,
    );
  }

  #outputPending(method: string): RemctlBusyError {
    return new RemctlBusyError(
      `${method}() was called before the last command's output was read to its end: ` +
        'read it until a status or error token, or close() and open() again',
    );
  }

  /** Without `of`, the error says what is known of the last command; else of one that was refused. */
  #note<E>(error: E, of: CommandState = this.#last.state): E {
    if (error instanceof RemctlError) {
      error.commandState = of;
    }
    this.#lastError = textOf(error);
    return error;
  }
}

/** What a backend of someone else's threw may be any value. */
function asRemctlError(error: unknown): RemctlError {
  return error instanceof RemctlError ? error : new RemctlError(textOf(error), { cause: error });
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
