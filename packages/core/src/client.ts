/** The full interface: a client, which does one call at a time. */

import { type Command, checkFitsProtocol1, encodeCommand } from './arguments/command.js';
import { checkCcache, checkCredentials } from './arguments/credentials.js';
import { checkMaxOutput, checkMinProtocol, checkSignal, checkTimeout } from './arguments/limits.js';
import {
  type CheckedTarget,
  checkSourceIp,
  checkTargetAlone,
  type Target,
} from './arguments/target.js';
import type { Backend, Connection, Credentials } from './backend.js';
import {
  type CallOptions,
  type ClientOptions,
  DEFAULT_MAX_OUTPUT,
  type RunOptions,
} from './client-options.js';
import type { ConnectionInfo } from './connection-info.js';
import {
  type CommandState,
  RemctlBusyError,
  RemctlError,
  RemctlUnsupportedError,
} from './errors.js';
import { nextClientNumber } from './events/client-number.js';
import type { CloseMessage } from './events/messages.js';
import { printIfAsked } from './events/print-events.js';
import { tellClose } from './events/tell.js';
import { type CommandTrace, traceCommand } from './events/trace-command.js';
import { noopUnsupported, notOpened } from './failures.js';
import { inspectsAs } from './inspects-as.js';
import { isError } from './is-error.js';
import { type Opened, openConnection } from './open/open-connection.js';
import { checkOptionNames } from './option-names/check-option-names.js';
import {
  CALL_OPTIONS,
  CLIENT_OPTIONS,
  OPEN_OPTIONS,
  RUN_OPTIONS,
} from './option-names/known-options.js';
import { interruptRun, RemctlRun } from './run/remctl-run.js';
import type { Token } from './tokens.js';
import { whenAborted } from './when-aborted.js';

interface Open {
  readonly type: 'open';
  readonly target: CheckedTarget;
  readonly connection: Connection;
  readonly info: ConnectionInfo;
  /** When it was opened, by performance.now(). */
  readonly since: number;
  /** Whether a command's answer has not been read to its end. */
  readonly outputPending: boolean;
}

type State =
  | { readonly type: 'closed'; readonly because: string }
  | Open
  /** The connection has carried its one command of protocol 1. The next command opens another. */
  | { readonly type: 'spent'; readonly target: CheckedTarget; readonly info: ConnectionInfo };

interface Call {
  readonly method: string;
  readonly interrupt: (reason: unknown) => void;
}

/** What is known of one command, for its errors. Later commands and connections do not change it. */
interface CommandRecord {
  state: CommandState;
  /** Publishes the command's events; undefined if nobody listened when it began. */
  trace: CommandTrace | undefined;
}

let spent: (client: Remctl) => boolean;
let number: (client: Remctl) => number;

/** Whether the client's connection has carried its one command of protocol 1, and is gone. For pools. */
export function isSpent(client: Remctl): boolean {
  return spent(client);
}

/** The client's number in events. */
export function numberOf(client: Remctl): number {
  return number(client);
}

const DONE: Token = Object.freeze({ type: 'done' });

/**
 * A client on one backend. A client holds at most one connection, and its commands run one after the
 * other. Use several clients for commands at the same time.
 *
 * The Python README leaves these cases open. They are the same on every backend:
 * - A command or a NOOP before the last command's output was read to its end rejects with
 *   RemctlBusyError. Nothing is sent.
 * - A call while another call waits rejects with RemctlBusyError. The first call goes on.
 * - `output()` before any command, or after the command's end, gives a done token.
 * - `output()`, `command()` and `noop()` reject with RemctlNotOpenedError before `open()`, after `close()`
 *   and after a failure.
 * - `close()` while a call waits makes that call reject with RemctlNotOpenedError.
 * - `open()` on an open client closes the old connection first, also if the new one fails.
 * - A failure of a call on the network, and an abort, end the connection.
 */
export class Remctl {
  readonly #backend: Backend;
  readonly #number = nextClientNumber();
  #state: State = { type: 'closed', because: 'call open() first' };
  #credentials: Credentials | undefined;
  #sourceIp: string | undefined;
  #timeoutMs = 0;
  readonly #minProtocol: 1 | 2;
  #call: Call | undefined;
  #run: RemctlRun | undefined;
  #last: CommandRecord = { state: 'not-sent', trace: undefined };
  /** Commands that were sent on the connection. */
  #sentCommands = 0;
  readonly #maxOutput: number;
  #lastError: string | null = null;

  static {
    spent = (client) => client.#state.type === 'spent';
    number = (client) => client.#number;
    inspectsAs(Remctl.prototype, 'Remctl', (client) => client.#facts());
  }

  /**
   * Makes a client and connects nothing. `createClient` does the same with a backend's name.
   *
   * Throws TypeError and RangeError for the options, and RemctlUnsupportedError if the backend cannot use
   * the credentials.
   */
  constructor(backend: Backend, options: ClientOptions = {}) {
    this.#backend = backend;
    const credentials = checkCredentials(options);
    checkOptionNames('new Remctl()', options, CLIENT_OPTIONS);
    this.#useCredentials(credentials);
    this.#minProtocol = checkMinProtocol(options.minProtocol ?? 1);
    if (options.sourceIp !== undefined) {
      this.setSourceIp(options.sourceIp);
    }
    if (options.timeout !== undefined) {
      this.setTimeout(options.timeout);
    }
    this.#maxOutput = checkMaxOutput(options.maxOutput ?? DEFAULT_MAX_OUTPUT);
    printIfAsked();
  }

  /** The backend's name, such as `native`. */
  get backend(): string {
    return this.#backend.name;
  }

  /**
   * What is known of the last command that the client took. An error's `commandState` says the same. It
   * stays after an abort and after another `open()`. It is `not-sent` before the first command.
   */
  get commandState(): CommandState {
    return this.#last.state;
  }

  /**
   * What is known of the connection: protocol, port, address, both principals, and when the ticket ends. The
   * same frozen object as long as the connection lasts. Undefined if there is none: before `open()`, after
   * `close()` and after a failure; and in protocol 1 after the connection's one command.
   */
  get connection(): ConnectionInfo | undefined {
    return this.#state.type === 'open' ? this.#state.info : undefined;
  }

  /** Whether a connection is open. In protocol 1: whether a command can be given. */
  get isOpen(): boolean {
    return this.#state.type !== 'closed';
  }

  /**
   * "Sets the credential cache for outgoing connections" (Python README, "Remctl.set_ccache()"): for later
   * `open()` calls of this client and of no other.
   *
   * Throws TypeError, RangeError, and RemctlUnsupportedError ("setting the credential cache isn't
   * supported") if the backend takes none.
   */
  setCcache(ccache: string): void {
    this.#useCredentials(checkCcache(ccache));
  }

  /**
   * "Sets the source IP for future outgoing connections" (Python README, "Remctl.set_source_ip()"), IPv4 or
   * IPv6.
   *
   * Throws TypeError, and RangeError for a host name: "It must be an IP address, not a host name."
   */
  setSourceIp(source: string): void {
    this.#sourceIp = checkSourceIp(source);
  }

  /**
   * "Sets the timeout for connections and commands" (Python README, "Remctl.set_timeout()"), in seconds; 0
   * sets none. It applies from the next call on. "The timeout is a timeout on network activity from the
   * server, not on a complete operation."
   *
   * Throws TypeError, and RangeError if it is negative.
   */
  setTimeout(timeout: number): void {
    this.#timeoutMs = checkTimeout(timeout);
  }

  /**
   * "Open a connection to a remote server and authenticate" (Python README, "Remctl.open()"). If the server
   * drops an open, the client tries it again (see `openConnection`): no command has been sent by then.
   *
   * Throws TypeError and RangeError for the arguments, RemctlNetworkError, RemctlTimeoutError,
   * RemctlAuthenticationError, RemctlInvalidTokenError, RemctlBusyError, and the signal's reason.
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
    const given = typeof first === 'object' ? first : { host: first, port, principal };
    const target = checkTargetAlone('open()', given, OPEN_OPTIONS);
    const signal =
      typeof first === 'object'
        ? checkSignal('open()', first, OPEN_OPTIONS)
        : checkSignal('open()', options, CALL_OPTIONS);
    this.#checkIdle('open', 'not-sent');
    signal?.throwIfAborted();
    const interrupted = notOpened('open() was called before the end of its output');
    if (this.#run !== undefined) {
      interruptRun(this.#run, interrupted);
    }
    await this.#connect(target, signal, { interrupted });
  }

  /**
   * "Send a command to the remote host" (Python README, "Remctl.command()"). Read its answer to the end
   * with `output()`; then the next command can be sent. If the server speaks protocol 1, the client opens a
   * connection for each command.
   *
   * Throws TypeError and RangeError for the command, RemctlNotOpenedError, RemctlBusyError,
   * RemctlUnsupportedError if it has more than 64 KiB in protocol 1 (nothing is sent), RemctlNetworkError,
   * RemctlTimeoutError, and the signal's reason.
   */
  async command(command: Command, options: CallOptions = {}): Promise<void> {
    await this.#send(
      'command',
      encodeCommand(command),
      checkSignal('command()', options, CALL_OPTIONS),
    );
  }

  /**
   * "Reads an output token from the server" (Python README, "Remctl.output()"): output tokens, then one
   * status or error token, then done tokens "for as long as output() is called without another call to
   * command()".
   *
   * Throws RemctlNotOpenedError, RemctlBusyError (also while a `run()` reads the output),
   * RemctlNetworkError, RemctlTimeoutError, RemctlInvalidTokenError, and the signal's reason.
   */
  async output(options: CallOptions = {}): Promise<Token> {
    const signal = checkSignal('output()', options, CALL_OPTIONS);
    if (this.#run !== undefined) {
      throw this.#note(new RemctlBusyError('a run() is reading the output: read it from there'));
    }
    return this.#receive('output', signal);
  }

  /**
   * "Send a NOOP message to the server and read the reply" (Python README, "Remctl.noop()"), to keep the
   * connection alive. Resolves to true.
   *
   * Throws RemctlUnsupportedError if the server has no protocol 3 (in protocol 2 the connection stays
   * open), RemctlNotOpenedError, RemctlBusyError, the signal's reason, and RemctlNetworkError and its like,
   * after which "the client will need to explicitly reopen the connection with open()".
   */
  async noop(options: CallOptions = {}): Promise<true> {
    const signal = checkSignal('noop()', options, CALL_OPTIONS);
    this.#checkIdle('noop');
    const state = this.#opened();
    if (state.type === 'spent' || state.connection.protocol === 1) {
      throw this.#note(noopUnsupported(1));
    }
    if (state.outputPending) {
      throw this.#note(outputPending('noop'));
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
   * "Close a connection" (Python README, "Remctl.close()"). Ends the call that waits. Does nothing on a
   * closed client. Never rejects.
   */
  async close(): Promise<void> {
    const state = this.#state;
    const run = this.#run;
    this.#state = { type: 'closed', because: 'close() was called; call open() again' };
    this.#run = undefined;
    const ended = notOpened('close() was called while this waited');
    ended.commandState = this.#last.state;
    if (state.type === 'open') {
      this.#tellEnd(state, 'close', { error: ended });
    }
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
    if (run !== undefined) {
      interruptRun(run, ended);
    }
  }

  /** "Returns the error from the last failed Remctl method", or null if none has failed. */
  error(): string | null {
    return this.#lastError;
  }

  /**
   * Runs a command. Its answer is an async iterable of tokens, two web streams, or one result. The command
   * is sent at once. Its answer is read as fast as it is consumed, and no faster. Leaving a loop over the
   * answer early closes the connection: the command may still be running.
   *
   * Throws TypeError and RangeError for the arguments. The consumer of the answer gets all other errors.
   */
  run(command: Command, options: RunOptions = {}): RemctlRun {
    const encoded = encodeCommand(command);
    const signal = checkSignal('run()', options, RUN_OPTIONS);
    const maxOutput = checkMaxOutput(options.maxOutput ?? this.#maxOutput);
    // A command that is refused leaves the output to the command that owns it.
    let record: CommandRecord | undefined;
    const sent = this.#send('run', encoded, signal, (taken) => {
      record = taken;
    });
    const run: RemctlRun = new RemctlRun(
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
            this.#break(reason);
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

  /**
   * Opens a connection to the target. Ends the old one first, and its command with `interrupted`. Goes on with
   * `onOpen` before any other call.
   */
  #connect(
    target: CheckedTarget,
    signal: AbortSignal | undefined,
    {
      interrupted,
      onOpen = async () => undefined,
    }: { readonly interrupted?: RemctlError; readonly onOpen?: (open: Open) => Promise<void> },
  ): Promise<void> {
    const old = this.#state;
    this.#state = { type: 'closed', because: 'the last open() failed; call open() again' };
    const controller = new AbortController();
    return this.#exclusive(
      'open',
      signal,
      async () => {
        if (old.type === 'open') {
          if (old.outputPending) {
            old.connection.abort();
          }
          this.#tellEnd(old, 'open', { error: interrupted });
          await old.connection.close();
        }
        return openConnection(this.#backend, {
          ...target,
          credentials: this.#credentials,
          sourceIp: this.#sourceIp,
          timeoutMs: this.#timeoutMs,
          minProtocol: this.#minProtocol,
          signal: controller.signal,
          client: this.#number,
        });
      },
      ({ connection, info }: Opened) => {
        const since = performance.now();
        const state: Open = { type: 'open', target, connection, info, since, outputPending: false };
        this.#state = state;
        this.#sentCommands = 0;
        return onOpen(state);
      },
      {
        onInterrupt: (reason) => controller.abort(reason),
        onLate: ({ connection }) => connection.abort(),
        // An open sends nothing of a command.
        commandState: () => 'not-sent',
      },
    );
  }

  async #send(
    method: string,
    command: readonly Uint8Array[],
    signal: AbortSignal | undefined,
    onTaken: (record: CommandRecord) => void = () => undefined,
  ): Promise<void> {
    this.#checkIdle(method, 'not-sent');
    const state = this.#opened('not-sent');
    if (state.type === 'open' && state.outputPending) {
      throw this.#note(outputPending(method), 'not-sent');
    }
    signal?.throwIfAborted();
    const trace = traceCommand(command, () => ({
      client: this.#number,
      backend: this.backend,
      host: state.target.host,
      port: state.info.port,
      protocol: state.info.protocol,
    }));
    const record: CommandRecord = { state: 'not-sent', trace };
    this.#last = record;
    onTaken(record);
    const work = () => this.#sendTaken(method, { command, record, state, signal });
    if (trace === undefined) {
      return work();
    }
    try {
      await trace.begin(work);
      trace.sent();
    } catch (error) {
      trace.end(record.state, { error });
      throw error;
    }
  }

  /** Sends a command that was taken; in protocol 1, if need be, on another connection. */
  #sendTaken(method: string, { state, ...taken }: Taken): Promise<void> {
    return state.type === 'open'
      ? this.#sendOn(state, method, taken)
      : this.#connect(state.target, taken.signal, {
          // At once: between the connect and the command no other call may have its turn.
          onOpen: (open) => this.#sendOn(open, method, taken),
        });
  }

  async #sendOn(
    open: Open,
    method: string,
    { command, record, signal }: Omit<Taken, 'state'>,
  ): Promise<void> {
    const { connection } = open;
    if (connection.protocol === 1) {
      try {
        checkFitsProtocol1(command);
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
        this.#sentCommands += 1;
        await connection.send(command, { timeoutMs: this.#timeoutMs });
      },
      () => {
        this.#state = { ...open, outputPending: true };
      },
    );
  }

  async #receive(method: string, signal: AbortSignal | undefined): Promise<Token> {
    this.#checkIdle(method);
    const state = this.#opened();
    if (state.type === 'spent' || !state.outputPending) {
      return DONE;
    }
    signal?.throwIfAborted();
    return this.#exclusive(
      method,
      signal,
      () => state.connection.receive({ timeoutMs: this.#timeoutMs }),
      (token) => {
        this.#last.trace?.token(token);
        if (token.type !== 'output') {
          this.#finish(state);
        }
        return token;
      },
    );
  }

  /** Notes that the answer is complete. */
  #finish(state: Open): void {
    const { target, connection, info } = state;
    this.#last.state = 'finished';
    this.#last.trace?.end('finished');
    // Later calls cannot interrupt a run whose answer is complete.
    this.#run = undefined;
    if (connection.protocol === 1) {
      this.#state = { type: 'spent', target, info };
      this.#tellEnd(state, 'spent');
      // `close()` never rejects, and nothing waits for it.
      void connection.close();
    } else {
      this.#state = { ...state, outputPending: false };
    }
  }

  /**
   * Runs one call alone. The call ends with its work, or at once if it is interrupted, whatever the backend
   * does then. Only a call that was not interrupted changes the state, by `commit`.
   */
  #exclusive<T, R>(
    method: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
    commit: (value: T) => R | Promise<R>,
    on: {
      readonly onInterrupt?: (reason: unknown) => void;
      readonly onLate?: (value: T) => void;
      /** For the call's errors. The default is the last command's state. */
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
        const noted = this.#note(error, on.commandState?.());
        // A server of protocol 2 may answer a NOOP with MESSAGE_VERSION. That does not harm the connection.
        if (!(method === 'noop' && error instanceof RemctlUnsupportedError)) {
          this.#break(error);
        }
        reject(noted);
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
          // After an interruption this is only the backend's echo of it: the call has rejected already.
          if (!over) {
            fail(asRemctlError(error));
          }
        },
      );
    });
  }

  #break(error: unknown): void {
    const state = this.#state;
    if (state.type === 'open') {
      state.connection.abort();
    }
    if (state.type !== 'closed') {
      this.#state = {
        type: 'closed',
        because: `the last one ended (${textOf(error)}); call open() again`,
      };
    }
    if (state.type === 'open') {
      this.#tellEnd(state, 'failed', { error });
    }
  }

  /** Tells subscribers that a connection has ended, and its command with `failure`, unless that had finished. */
  #tellEnd(
    { info, target, since }: Open,
    because: CloseMessage['because'],
    failure?: { readonly error: unknown },
  ): void {
    if (failure !== undefined) {
      this.#last.trace?.end(this.#last.state, failure);
    }
    tellClose(() => ({
      client: this.#number,
      backend: this.backend,
      host: target.host,
      port: info.port,
      protocol: info.protocol,
      because,
      ...(because === 'failed' ? failure : {}),
      commands: this.#sentCommands,
      openMs: performance.now() - since,
    }));
  }

  /** What `util.inspect` shows. */
  #facts(): object {
    const state = this.#state;
    const { backend } = this;
    if (this.#call?.method === 'open') {
      return { backend, state: 'opening' };
    }
    if (state.type === 'closed') {
      return { backend, state: 'closed' };
    }
    const { host } = state.target;
    if (state.type === 'spent') {
      const { port, protocol } = state.info;
      return { backend, state: 'open', host, port, protocol };
    }
    return { backend, state: state.outputPending ? 'running' : 'open', host, ...state.info };
  }

  #opened(of?: CommandState): Exclude<State, { type: 'closed' }> {
    const state = this.#state;
    if (state.type !== 'closed') {
      return state;
    }
    throw this.#note(notOpened(state.because), of);
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

  /** Gives the error the state of the last command, or `of` if it belongs to a command that was refused. */
  #note<E>(error: E, of: CommandState = this.#last.state): E {
    if (error instanceof RemctlError) {
      error.commandState = of;
    }
    this.#lastError = textOf(error);
    return error;
  }
}

/** What is sent, and from which state on. */
interface Taken {
  readonly command: readonly Uint8Array[];
  readonly record: CommandRecord;
  readonly state: Exclude<State, { type: 'closed' }>;
  readonly signal: AbortSignal | undefined;
}

function outputPending(method: string): RemctlBusyError {
  return new RemctlBusyError(
    `${method}() was called before the last command's output was read to its end: ` +
      'read it until a status or error token, or close() and open() again',
  );
}

/** A foreign backend may throw any value. */
function asRemctlError(error: unknown): RemctlError {
  return error instanceof RemctlError ? error : new RemctlError(textOf(error), { cause: error });
}

function textOf(reason: unknown): string {
  return isError(reason) ? reason.message : String(reason);
}
