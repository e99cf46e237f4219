/** A connection whose commands a script answers. */
import type { Connection, ConnectionDetails, ConnectOptions } from '../backend.js';
import { connectionAborted, connectionBroken, noopUnsupported, timedOut } from '../failures.js';
import type { ServerToken } from '../tokens.js';
import { answerSteps, type Script } from './answer.js';
import { boundedWait } from './bounded-wait.js';
import { type Fault, happen, isFault } from './fault.js';

/** A protocol of a server: 1, 2, or 3, which has NOOP (protocol, section 2.8). */
export type Protocol = 1 | 2 | 3;

export interface ConnectionScript {
  readonly script: Script;
  readonly protocol: Protocol;
  readonly details: ConnectionDetails | undefined;
  /** What happens at a NOOP instead of its answer. */
  readonly noop: Fault | undefined;
  /** Called when the connection has ended, perhaps repeatedly. */
  readonly onEnd: () => void;
}

/** A connection that its server can drop. */
export interface DroppableConnection extends Connection {
  /** The server ends the connection. A call that waits rejects with RemctlNetworkError. */
  drop(): void;
}

/** Makes an open connection. `to` is named in errors and given to the script. */
export function scriptedConnection(
  to: ConnectOptions,
  { script, protocol, details, noop, onEnd }: ConnectionScript,
): DroppableConnection {
  const wait = boundedWait();
  let answer: AsyncGenerator<ServerToken | Fault, undefined> | undefined;
  const broken = () => connectionBroken(to, 'command');
  const until = <T>(work: T | Promise<T>, timeoutMs: number) =>
    wait.for(work, timeoutMs, () => timedOut(to, 'command', timeoutMs));

  async function nextToken(): Promise<ServerToken> {
    const next = await answer?.next();
    if (next === undefined || next.done === true) {
      throw new Error('the script gave no status or error token');
    }
    return isFault(next.value) ? happen(next.value, broken) : next.value;
  }

  function end(reason: unknown): void {
    wait.end(reason);
    onEnd();
    // A generator's `finally` runs, as a command's process ends with its connection. If it throws, the test's
    // runner shows an unhandled rejection.
    void answer?.return(undefined);
    answer = undefined;
  }

  const abort = () => end(connectionAborted());
  return {
    // Protocol 3 is known by the answer to a NOOP alone.
    protocol: protocol === 1 ? 1 : 2,
    details,
    checkReady: wait.throwIfEnded,
    async send(command, { timeoutMs }) {
      const bytes = command.map((argument) => Buffer.from(argument));
      answer = answerSteps(await until(script(bytes, to), timeoutMs));
    },
    receive: ({ timeoutMs }) => until(nextToken(), timeoutMs),
    async noop({ timeoutMs }) {
      if (protocol !== 3) {
        throw noopUnsupported(protocol);
      }
      await until(noop === undefined ? undefined : happen(noop, broken), timeoutMs);
    },
    async close() {
      abort();
    },
    abort,
    drop: () => end(broken()),
  };
}
