/**
 * A session whose bytes are cut, stalled, delayed, split or merged.
 *
 * A proxy does it to one direction at one offset. The state that the client then reports must agree
 * with how often the command ran. The offsets are those around every boundary of a token and every
 * `STRIDE`th; with REMCTL_LONG=1 they are all.
 */
import { type Remctl, RemctlError } from '@remctl/core';
import { TOKEN_HEADER_LENGTH, TOKEN_LENGTH_OFFSET } from '@remctl/core/wire';
import { type Direction, startTamperingProxy, type Tampering } from '@remctl/realm';
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { text } from '../support/reading.js';
import { tallyName } from '../support/unique-names.js';

const LONG = process.env.REMCTL_LONG === '1';
const STRIDE = 32;
/** Sessions at the same time: about as many as remctld's backlog holds. */
const SIDE_BY_SIDE = 6;
/** Sessions at the same time if most of them wait for their time-out. */
const STALLED_SIDE_BY_SIDE = 16;
/** Sessions at the same time if most of them wait before they try again. */
const TRYING_SIDE_BY_SIDE = 24;
/** Milliseconds of a case that tries every offset. */
const LONG_MS = 30 * 60_000;

/** Seconds. A session that ends by this time-out did not end promptly: that is a fault. */
const PATIENT = 20;
/** Seconds. A stalled session ends by this time-out. */
const IMPATIENT = 0.3;
/** Milliseconds, far below the time-out. */
const DELAY_MS = 60;
const SPLIT_MS = 2;
const GATHER_MS = 15;

/** A session's length varies by some bytes, because DER's integers do. */
const LENGTH_VARIES_BY = 16;

type Step = 'open' | 'command' | 'output' | 'noop' | 'done';

/** How a session ended: the last step, its error, the client's state of the command, the answer. */
interface Ending {
  readonly step: Step;
  readonly error: unknown;
  readonly commandState: string;
  readonly answer: string;
}

/** Opens, runs a command that writes on both streams, sends a NOOP if `noop` is set, and closes. */
async function session(client: Remctl, port: number, name: string, noop: boolean): Promise<Ending> {
  let step: Step = 'open';
  const answer = { 1: '', 2: '', status: '' };
  const ending = (error: unknown): Ending => ({
    step,
    error,
    commandState: client.commandState,
    answer: `${answer[1]}${answer[2]}${answer.status}`,
  });
  try {
    await client.open('localhost', port);
    step = 'command';
    await client.command(['test', 'trace', name]);
    step = 'output';
    for (let token = await client.output(); ; token = await client.output()) {
      if (token.type === 'output') {
        answer[token.stream] += text(token.output);
      } else {
        answer.status = token.type === 'status' ? `status ${token.status}` : token.type;
        break;
      }
    }
    step = 'noop';
    if (noop) {
      await client.noop();
    }
    step = 'done';
    return ending(undefined);
  } catch (error) {
    return ending(error);
  } finally {
    await client.close();
  }
}

const WHOLE_ANSWER = 'counted\ntraced\nstatus 0';

/**
 * The states that a client may report, by the step that failed.
 *
 * In `command` both are possible: a client that knows its connection is gone sends nothing.
 */
const STATES: Readonly<Record<Step, readonly string[]>> = {
  open: ['not-sent'],
  command: ['not-sent', 'unknown'],
  output: ['unknown'],
  noop: ['finished'],
  done: ['finished'],
};

/** How often a command may have run, by its state. */
const RUNS: Readonly<Record<string, readonly number[]>> = {
  'not-sent': [0],
  unknown: [0, 1],
  finished: [1],
};

/** Returns what is wrong with an ending, or undefined. */
function complaint(ending: Ending, failure: string | undefined, runs: number): string | undefined {
  const { step, error, commandState, answer } = ending;
  const reported = error instanceof RemctlError ? error.commandState : commandState;
  const name = error instanceof Error ? error.name : String(error);
  const what = `${step}: ${name} ${error instanceof Error ? error.message : ''}`;
  if (step === 'done') {
    if (answer !== WHOLE_ANSWER) {
      return `${what}: the answer was ${JSON.stringify(answer)}`;
    }
  } else if (name !== failure) {
    return what;
  }
  if (!STATES[step].includes(reported) || commandState !== reported) {
    return `${what}: the error says ${reported}, the client ${commandState}`;
  }
  if (RUNS[reported]?.includes(runs) !== true) {
    return `${what}: ${reported}, and it ran ${runs} times`;
  }
  return undefined;
}

/** Returns the offsets to try in one direction. The last is beyond the end of any session. */
function offsetsIn(bytes: Buffer): number[] {
  const boundaries = new Set<number>();
  for (let at = 0; at < bytes.length; ) {
    const payload = at + TOKEN_HEADER_LENGTH;
    const end = payload + bytes.readUInt32BE(at + TOKEN_LENGTH_OFFSET);
    for (const boundary of [at, payload, end]) {
      for (const offset of [boundary - 1, boundary, boundary + 1]) {
        boundaries.add(offset);
      }
    }
    at = end;
  }
  const all = Array.from({ length: bytes.length + 1 }, (_, offset) => offset);
  return [
    ...all.filter((offset) => LONG || offset % STRIDE === 0 || boundaries.has(offset)),
    bytes.length + LENGTH_VARIES_BY,
  ];
}

/** Runs a session through a proxy that tampers with one direction. */
async function tamperedSession(
  { client, port, protocol }: CaseContext,
  name: string,
  timeout: number,
  direction: Direction,
  tampering?: Tampering,
) {
  await using proxy = await startTamperingProxy(port, direction, tampering);
  const ending = await session(client({ timeout }), proxy.port, name, protocol !== 1);
  await proxy.settle();
  return { ending, traffic: proxy.traffic() };
}

interface Attempt {
  readonly name: string;
  readonly offset: number;
  readonly ending: Ending;
}

/** Tries one kind of tampering at every offset of one direction. */
async function sweep(context: CaseContext, kind: Kind, direction: Direction): Promise<void> {
  const { realm } = context;
  const prefix = tallyName(context, `${direction}-${kind.id}`);
  const recorded = await tamperedSession(context, `${prefix}-recorded`, PATIENT, direction);
  expect(complaint(recorded.ending, undefined, 1)).toBeUndefined();
  const bytes = recorded.traffic[0]?.[direction] ?? Buffer.alloc(0);

  const waiting = offsetsIn(bytes);
  const attempts: Attempt[] = [];
  const work = async () => {
    for (let offset = waiting.pop(); offset !== undefined; offset = waiting.pop()) {
      const name = `${prefix}-${offset}`;
      const tampering = kind.tampering(offset);
      const timeout = offset > bytes.length ? PATIENT : (kind.timeout ?? PATIENT);
      const { ending } = await tamperedSession(context, name, timeout, direction, tampering);
      attempts.push({ name, offset, ending });
    }
  };
  await Promise.all(Array.from({ length: kind.sideBySide ?? SIDE_BY_SIDE }, work));
  // Counted after the last session, so that a command that ran late or twice is counted too.
  const complaints = attempts
    .sort((a, b) => a.offset - b.offset)
    .map(({ name, offset, ending }) => {
      const said = complaint(ending, kind.failure, realm.tally(name));
      return said === undefined ? undefined : `at ${offset}: ${said}`;
    });
  expect(complaints.filter((each) => each !== undefined)).toEqual([]);
  const states = new Set(attempts.map(({ ending }) => ending.commandState));
  expect([...states].sort(), 'the states that clients reported').toEqual(
    kind.failure === undefined ? ['finished'] : ['finished', 'not-sent', 'unknown'],
  );
}

interface Kind {
  readonly id: string;
  /** The case's title after "the client's bytes". */
  readonly title: string;
  readonly tampering: (offset: number) => Tampering;
  /** The only error that may end a session; without it every session must succeed. */
  readonly failure?: string;
  readonly timeout?: number;
  readonly sideBySide?: number;
}

const TELLS = 'the call ends in a documented error, and commandState is true';
const CHANGES_NOTHING = 'the result is the same';

const KINDS: readonly Kind[] = [
  {
    id: 'end',
    title: `end at an offset: at once ${TELLS}`,
    tampering: (offset) => ({ type: 'end', offset }),
    failure: 'RemctlNetworkError',
    sideBySide: TRYING_SIDE_BY_SIDE,
  },
  {
    id: 'reset',
    title: `are cut by a reset at an offset: at once ${TELLS}`,
    tampering: (offset) => ({ type: 'reset', offset }),
    failure: 'RemctlNetworkError',
    sideBySide: TRYING_SIDE_BY_SIDE,
  },
  {
    id: 'stall',
    title: `stall at an offset: by the time-out ${TELLS}`,
    tampering: (offset) => ({ type: 'stall', offset }),
    failure: 'RemctlTimeoutError',
    timeout: IMPATIENT,
    sideBySide: STALLED_SIDE_BY_SIDE,
  },
  {
    id: 'delay',
    title: `come late from an offset on: ${CHANGES_NOTHING}`,
    tampering: (offset) => ({ type: 'pause', offset, ms: DELAY_MS }),
  },
  {
    id: 'split',
    title: `are split at an offset: ${CHANGES_NOTHING}`,
    tampering: (offset) => ({ type: 'pause', offset, ms: SPLIT_MS }),
  },
  {
    id: 'merge',
    title: `up to an offset come together: ${CHANGES_NOTHING}`,
    tampering: (offset) => ({ type: 'gather', offset, ms: GATHER_MS }),
  },
];

const DIRECTIONS: readonly Direction[] = ['client', 'server'];

export const cutCases: readonly Case[] = DIRECTIONS.flatMap((direction): Case[] => [
  ...KINDS.map(
    (kind): Case => ({
      id: `cuts/${direction}-${kind.id}`,
      title: `the ${direction}'s bytes ${kind.title}`,
      ...(LONG ? { timeoutMs: LONG_MS } : {}),
      run: (context) => sweep(context, kind, direction),
    }),
  ),
  {
    id: `cuts/${direction}-crumble`,
    title: `the ${direction}'s bytes come one by one: ${CHANGES_NOTHING}`,
    async run(context) {
      const name = tallyName(context, `${direction}-crumble`);
      const tampering = { type: 'crumble' } as const;
      const { ending } = await tamperedSession(context, name, PATIENT, direction, tampering);
      expect(complaint(ending, undefined, context.realm.tally(name))).toBeUndefined();
    },
  },
]);
