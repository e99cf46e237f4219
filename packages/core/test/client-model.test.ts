/** A client used in every order, beside its backend's record. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RemctlError, RemctlNetworkError, RemctlTimeoutError } from '../src/errors.js';
import { type Backend, Remctl, type ServerToken } from '../src/index.js';
import { output, readToEnd, SUCCESS, tokensOf } from './support/answers.js';
import { microtasks, turn } from './support/waiting.js';

const TEXT = 'some output';
const ANSWER: readonly ServerToken[] = [output(TEXT), output('an error', 2), SUCCESS];
/** Turns of the event loop after which everything that can settle has settled. */
const SETTLED_TURNS = 20;

/** A backend with a record of what it saw, whose waiting operations a test can fail. */
class World {
  /** How often each command was sent, by its name: its first argument. */
  readonly sent = new Map<string, number>();
  /** The names of the commands whose status was handed over. */
  readonly answered = new Set<string>();
  /** How many turns of the event loop the next operations take; 0 for none. */
  latency = 0;
  #fail = new Set<(error: Error) => void>();
  readonly protocol: 1 | 2;

  constructor(protocol: 1 | 2) {
    this.protocol = protocol;
  }

  /** Every operation that waits fails. */
  failAll(error: Error): void {
    for (const fail of [...this.#fail]) {
      fail(error);
    }
  }

  readonly backend: Backend = {
    name: 'model',
    connect: async ({ signal }) => {
      await this.#operation(signal);
      return this.#connection();
    },
  };

  #connection() {
    let name = '';
    let left: ServerToken[] = [];
    const dead = new AbortController();
    const gone = () =>
      dead.abort(new RemctlNetworkError('aborted', { code: 'EOF', phase: 'command' }));
    return {
      protocol: this.protocol,
      send: async ([first]: readonly Uint8Array[]) => {
        name = Buffer.from(first ?? []).toString();
        this.sent.set(name, (this.sent.get(name) ?? 0) + 1);
        left = [...ANSWER];
        await this.#operation(dead.signal);
      },
      receive: async () => {
        await this.#operation(dead.signal);
        const token = left.shift();
        if (token === undefined) {
          throw new Error('core asked for more than the answer');
        }
        if (token.type === 'status') {
          this.answered.add(name);
        }
        return token;
      },
      noop: () => this.#operation(dead.signal),
      close: async () => gone(),
      abort: gone,
    };
  }

  #operation(signal: AbortSignal): Promise<void> {
    const turns = this.latency;
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#fail.delete(fail);
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      const fail = (error: Error) => end(() => reject(error));
      const onAbort = () => fail(signal.reason);
      this.#fail.add(fail);
      if (signal.aborted) {
        fail(signal.reason);
      }
      signal.addEventListener('abort', onAbort);
      if (turns === 0) {
        end(resolve);
      } else {
        (async () => {
          for (let n = 0; n < turns; n += 1) {
            await turn();
          }
          end(resolve);
        })();
      }
    });
  }
}

/** The client under test, and what was found wrong with it. */
class Real {
  readonly world: World;
  readonly client: Remctl;
  /** Calls that have not settled. */
  readonly waiting = new Set<string>();
  controller = new AbortController();
  #names = 0;

  constructor(protocol: 1 | 2) {
    this.world = new World(protocol);
    this.client = new Remctl(this.world.backend);
  }

  /** Returns a name for a command that no other command has. */
  nextName(): string {
    this.#names += 1;
    return `command-${this.#names}`;
  }

  /** Watches a call: it must settle in the end, and its error must say of the command what the backend saw. */
  watch(title: string, call: Promise<unknown>, command?: string): void {
    const { signal } = this.controller;
    const id = `${title} ${command ?? ''} ${Math.random()}`;
    this.waiting.add(id);
    call.then(
      () => this.waiting.delete(id),
      (error: unknown) => {
        this.waiting.delete(id);
        if (command !== undefined && error instanceof RemctlError) {
          this.checkState(command, error.commandState, `${title}: ${error.message}`);
        }
        const isKnown = error instanceof RemctlError || error === signal.reason;
        if (!isKnown) {
          this.faults.push(`${title} rejected with ${String(error)}`);
        }
      },
    );
  }

  readonly faults: string[] = [];

  /** Compares the state that `source` gives for a command with what the backend saw. */
  checkState(command: string, state: string, source: string): void {
    const sent = this.world.sent.has(command);
    const isTrue =
      state === 'not-sent' ? !sent : state === 'unknown' ? sent : this.world.answered.has(command);
    if (!isTrue) {
      this.faults.push(`${command} is reported ${state} by ${source}, sent: ${sent}`);
    }
  }
}

type Act = fc.AsyncCommand<object, Real>;

function act(name: string, run: (real: Real) => void | Promise<void>): Act {
  return {
    check: () => true,
    run: async (_model, real) => {
      await run(real);
    },
    toString: () => name,
  };
}

const callOptions = (real: Real) => ({ signal: real.controller.signal });

/** Begins a run, and consumes it with `consume`. */
function runAct(name: string, consume: (run: ReturnType<Remctl['run']>) => Promise<unknown>): Act {
  return act(name, (real) => {
    const command = real.nextName();
    const run = real.client.run([command], callOptions(real));
    const consumed = consume(run);
    real.watch(name, consumed, command);
    const checkRun = () => real.checkState(command, run.commandState, `the run of ${name}`);
    consumed.then(checkRun, checkRun);
  });
}

const reset = () => new RemctlNetworkError('reset', { code: 'ECONNRESET', phase: 'command' });
const silent = () => new RemctlTimeoutError('silent', { phase: 'command' });

const acts: readonly fc.Arbitrary<Act>[] = [
  fc.constant(act('open()', (real) => real.watch('open', real.client.open('h', 1)))),
  fc.constant(
    act('open(signal)', (real) =>
      real.watch('open', real.client.open({ host: 'h', port: 1, ...callOptions(real) })),
    ),
  ),
  fc.constant(
    act('command()', (real) => {
      const command = real.nextName();
      real.watch('command', real.client.command([command], callOptions(real)), command);
    }),
  ),
  fc.constant(
    act('output()', (real) => real.watch('output', real.client.output(callOptions(real)))),
  ),
  fc.constant(act('noop()', (real) => real.watch('noop', real.client.noop(callOptions(real))))),
  fc.constant(runAct('run().text()', (run) => run.text())),
  fc.constant(runAct('run().bytes()', (run) => run.bytes())),
  fc.constant(runAct('run().status', (run) => run.status)),
  fc.constant(runAct('run().discard()', (run) => run.discard())),
  fc.constant(runAct('for await', tokensOf)),
  fc.constant(
    runAct('for await, left', async (run) => {
      for await (const _ of run) {
        break;
      }
    }),
  ),
  fc.constant(
    runAct('return() before next()', async (run) => run[Symbol.asyncIterator]().return?.()),
  ),
  fc.constant(
    runAct('streams', async ({ stdout, stderr }) => {
      await readToEnd(stdout);
      await readToEnd(stderr);
    }),
  ),
  fc.constant(runAct('a stream that is cancelled', ({ stdout }) => stdout.cancel())),
  fc.constant(runAct('a run that nobody reads', async () => undefined)),
  fc.constant(act('close()', (real) => real.watch('close', real.client.close()))),
  fc.constant(
    act('abort', (real) => {
      real.controller.abort(new Error('the signal'));
      real.controller = new AbortController();
    }),
  ),
  fc.constant(act('reset', ({ world }) => world.failAll(reset()))),
  fc.constant(act('time-out', ({ world }) => world.failAll(silent()))),
  fc.nat({ max: 12 }).map((count) => act(`${count} microtasks`, () => microtasks(count))),
  fc.nat({ max: 3 }).map((latency) =>
    act(`latency ${latency}`, ({ world }) => {
      world.latency = latency;
    }),
  ),
  fc.constant(act('turn', turn)),
];

async function settle(): Promise<void> {
  for (let n = 0; n < SETTLED_TURNS; n += 1) {
    await turn();
  }
}

async function expectUsable(real: Real): Promise<void> {
  await real.client.open('h', 1);
  const { stdout, status } = await real.client.run([real.nextName()]).text();
  expect({ stdout, status }).toEqual({ stdout: TEXT, status: 0 });
}

describe('a client used in every order', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);

  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(() => process.off('unhandledRejection', note));

  test.each([1, 2] as const)(
    'reports the true state of every command, ends every call, and can be used again (protocol %s)',
    async (protocol) => {
      await fc.assert(
        fc.asyncProperty(fc.commands([...acts], { size: 'medium' }), async (commands) => {
          const real = new Real(protocol);
          await real.client.open('h', 1);
          await fc.asyncModelRun(() => ({ model: {}, real }), commands);
          real.world.latency = 0;
          await real.client.close();
          await settle();
          expect(real.faults).toEqual([]);
          expect([...real.waiting]).toEqual([]);
          expect([...real.world.sent.values()].every((times) => times === 1)).toBe(true);
          await expectUsable(real);
          expect(unhandled).toEqual([]);
        }),
      );
    },
  );
});
