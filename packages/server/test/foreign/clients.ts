/** The clients of others, and how each shows an answer. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { STDERR, STDOUT } from '@remctl/core/wire';
import type { Ability, Answer, Argument, Output, Scenario } from './scenarios.js';

export type Protocol = 1 | 2;

/** What a client says of one step, as its script in `clients/` prints it. */
export type Seen = Readonly<Record<string, unknown>>;

export interface ForeignClient {
  readonly name: string;
  readonly can: readonly Ability[];
  /** The program that runs its script, and the script's name in `clients/`. */
  readonly program: string;
  readonly script: string;
  readonly interface: 'simple' | 'full';
  /** Returns what the client says of an answer. */
  readonly sees: (answer: Answer, protocol: Protocol) => Seen;
}

/** Where a client connects to, and what it gets for its environment. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** The server's principal. The full interface names it; the others take the default. */
  readonly principal: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Scripts print no more bytes of an output than this in full: only its length and SHA-256. */
const SHOWN_BYTES = 16_384;

/** libremctl's status is a signed byte in protocol 2. */
const signed = (status: number) => (status << 24) >> 24;

/**
 * Returns the answer that protocol 1 can carry: all output is on one stream, one message has it and the
 * status, and an error is output with the status -1 (protocol, section 4).
 */
function protocol1Answer(answer: Answer): Answer {
  if (answer === 'noop' || 'failure' in answer) {
    return answer;
  }
  if ('code' in answer) {
    return { output: [[STDOUT, `${answer.text}\n`]], status: -1 };
  }
  const [first = [STDOUT, ''] as const, ...more] = answer.output;
  if (more.length > 0) {
    throw new Error('output in several pieces needs its own answer in protocol 1');
  }
  return { output: [[STDOUT, first[1]]], status: answer.status };
}

/** Returns output as the scripts show it. */
function shown(output: Output[1]): Seen {
  if (typeof output !== 'string' && !(output instanceof Uint8Array)) {
    const { length, sha256 } = output;
    return { length, sha256, hex: null };
  }
  const bytes = Buffer.from(output);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const hex = bytes.length <= SHOWN_BYTES ? bytes.toString('hex') : null;
  return { length: bytes.length, sha256, hex };
}

/** Returns the output of one stream. Only output of one piece may be a digest. */
function ofStream(output: readonly Output[], stream: number): Output[1] {
  const pieces = output.filter(([number]) => number === stream).map(([, piece]) => piece);
  const [first = '', ...more] = pieces;
  return more.length === 0 ? first : pieces.join('');
}

/** The full interface of a binding: tokens. */
function full(answer: Answer, protocol: Protocol): Seen {
  if (answer === 'noop') {
    return { noop: true };
  }
  if ('failure' in answer) {
    return answer;
  }
  if ('code' in answer) {
    return { output: [], code: answer.code, text: shown(answer.text) };
  }
  const output = answer.output.map(([stream, piece]) => [stream, shown(piece)]);
  return { output, status: protocol === 2 ? signed(answer.status) : answer.status };
}

/** The simple interface of a binding: an exception, or both outputs and the status. */
const simple =
  (exceptionText: (text: string) => string) =>
  (answer: Answer, protocol: Protocol): Seen => {
    if (answer === 'noop') {
      throw new Error('the simple interface has no NOOP');
    }
    if ('failure' in answer) {
      return { refused: exceptionText(answer.failure) };
    }
    if ('code' in answer) {
      return { refused: exceptionText(answer.text) };
    }
    return {
      stdout: shown(ofStream(answer.output, STDOUT)),
      stderr: shown(ofStream(answer.output, STDERR)),
      status: protocol === 2 ? signed(answer.status) : answer.status,
    };
  };

/** The C program: an error is its text on standard error, and the exit status 255. */
function program(answer: Answer, protocol: Protocol): Seen {
  if (answer === 'noop') {
    throw new Error('the program has no NOOP');
  }
  if ('failure' in answer) {
    const during = answer.failure.includes('receiving') ? 'error reading from server: ' : '';
    return {
      stdout: shown(''),
      stderr: shown(`remctl: ${during}${answer.failure}\n`),
      status: 1,
    };
  }
  if ('code' in answer) {
    return { stdout: shown(''), stderr: shown(`${answer.text}\n`), status: 255 };
  }
  const stdout = ofStream(answer.output, STDOUT);
  // Protocol 1 always carries output, and the program takes writing an empty one for a failure.
  const complains = protocol === 1 && stdout === '';
  return {
    stdout: shown(stdout),
    stderr: complains
      ? shown('remctl: local write of command output failed\n')
      : shown(ofStream(answer.output, STDERR)),
    status: answer.status & 0xff,
  };
}

const FULL: readonly Ability[] = ['nul', 'noop', 'time-out', 'long'];

const binding = (
  language: string,
  interpreter: string,
  script: string,
  exceptionText = (text: string) => text,
): readonly ForeignClient[] => [
  {
    name: `${language}, simple interface`,
    can: ['long'],
    program: interpreter,
    script,
    interface: 'simple',
    sees: simple(exceptionText),
  },
  {
    name: `${language}, full interface`,
    can: FULL,
    program: interpreter,
    script,
    interface: 'full',
    sees: full,
  },
];

/** Every client, by the paths of Debian: another interpreter of PATH lacks the binding. */
export const clients: readonly ForeignClient[] = [
  {
    name: 'the C program',
    can: ['time-out'],
    program: '/usr/bin/python3',
    script: 'program.py',
    interface: 'simple',
    sees: program,
  },
  // The binding takes the text for bytes, and shows them as Python does.
  ...binding('Python', '/usr/bin/python3', 'client.py', (text) => `b'${text}'`),
  ...binding('Perl', '/usr/bin/perl', 'client.pl'),
  ...binding('Ruby', '/usr/bin/ruby', 'client.rb'),
];

/** Returns whether a client can play a scenario. */
export function canPlay(client: ForeignClient, scenario: Scenario): boolean {
  return (scenario.needs ?? []).every((ability) => client.can.includes(ability));
}

/** Returns what a client must say of a scenario on a server. */
export function expectedOf(
  client: ForeignClient,
  scenario: Scenario,
  server: { readonly protocol: Protocol; readonly functions?: boolean },
): readonly Seen[] {
  const own = server.functions === true ? scenario.functions?.answers : undefined;
  const answers =
    server.protocol === 2
      ? (own ?? scenario.answers)
      : (scenario.protocol1 ?? own ?? scenario.answers).map(protocol1Answer);
  return answers.map((answer) => client.sees(answer, server.protocol));
}

function described(argument: Argument) {
  if (typeof argument === 'string' || argument instanceof Uint8Array) {
    return { hex: Buffer.from(argument).toString('hex') };
  }
  return argument;
}

/**
 * Runs a client's script, which plays the scenarios one after the other, and returns what it said of
 * each. Throws an Error with the script's standard error if the script failed.
 */
export async function play(
  client: ForeignClient,
  scenarios: readonly Scenario[],
  target: Target,
): Promise<ReadonlyMap<string, readonly Seen[]>> {
  const { env, ...where } = target;
  const job = {
    ...where,
    interface: client.interface,
    scenarios: scenarios.map(({ id, steps, timeout = 0 }) => ({
      id,
      timeout,
      steps: steps.map((step) => (step === 'noop' ? step : step.map(described))),
    })),
  };
  const script = spawn(client.program, [join(import.meta.dirname, 'clients', client.script)], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  script.stdin.end(JSON.stringify(job));
  const [stdout, stderr, status] = await Promise.all([
    textOf(script.stdout),
    textOf(script.stderr),
    new Promise<number | null>((resolve, reject) => {
      script.once('error', reject);
      script.once('close', resolve);
    }),
  ]);
  if (status !== 0) {
    throw new Error(`${client.script} ended with ${status}: ${stderr}`);
  }
  return new Map(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
