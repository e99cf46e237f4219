/** A backend for an application's tests, without network and Kerberos. */
import type { Backend, Connection, ConnectOptions } from './backend.js';
import { RemctlNetworkError } from './errors.js';
import { type ServerToken, STDERR, STDOUT } from './tokens.js';

/** A command's answer: tokens in order, or output and status at once. */
export type ScriptedAnswer =
  | Iterable<ServerToken>
  | AsyncIterable<ServerToken>
  | {
      readonly stdout?: string | Uint8Array;
      readonly stderr?: string | Uint8Array;
      readonly status?: number;
    };

/** Answers a command, whose arguments it gets as bytes. */
export type Script = (
  command: readonly Uint8Array[],
  connection: ConnectOptions,
) => ScriptedAnswer | Promise<ScriptedAnswer>;

/**
 * Makes a backend whose commands `script` answers. Core does the rest, as for every backend: checks, state,
 * errors, abort.
 *
 * @example
 * const backend = scriptedBackend(() => ({ stdout: "hello\n", status: 0 }));
 * const client = await createClient(backend, { host: 'anywhere' });
 */
export function scriptedBackend(script: Script): Backend {
  return {
    name: 'scripted',
    async connect(options) {
      return scriptedConnection(script, options);
    },
  };
}

function scriptedConnection(script: Script, options: ConnectOptions): Connection {
  let answer: AsyncGenerator<ServerToken> | undefined;
  let closed: RemctlNetworkError | undefined;
  let endWait: (error: Error) => void = () => undefined;
  const gone = () => {
    closed ??= new RemctlNetworkError('the connection is closed', {
      code: 'EOF',
      phase: 'command',
    });
    endWait(closed);
  };
  // Promise.race with a promise that lasts as long as the connection would hold every token in memory.
  const untilClosed = <T>(work: T | Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      if (closed !== undefined) {
        reject(closed);
      }
      endWait = reject;
      Promise.resolve(work).then(resolve, reject);
    });
  return {
    protocol: 2,
    async send(command) {
      answer = tokensOf(await untilClosed(script(command, options)));
    },
    async receive() {
      const next = await untilClosed(answer?.next());
      if (next === undefined || next.done === true) {
        throw new Error('the script gave no status or error token');
      }
      return next.value;
    },
    noop: () => untilClosed(undefined),
    async close() {
      gone();
    },
    abort: gone,
  };
}

async function* tokensOf(answer: ScriptedAnswer): AsyncGenerator<ServerToken, undefined> {
  if (Symbol.iterator in answer || Symbol.asyncIterator in answer) {
    yield* answer;
    return;
  }
  const { stdout = '', stderr = '', status = 0 } = answer;
  for (const [stream, output] of [
    [STDOUT, stdout],
    [STDERR, stderr],
  ] as const) {
    const bytes = typeof output === 'string' ? new TextEncoder().encode(output) : output;
    if (bytes.length > 0) {
      yield { type: 'output', stream, output: bytes };
    }
  }
  yield { type: 'status', status };
}
