/** What each client of others says of an answer. */
import { createHash } from 'node:crypto';
import { STDERR, STDOUT } from '@remctl/core/wire';
import type { Answer, Output } from './scenarios.js';

export type Protocol = 1 | 2;

/** What a client says of one step, as its script in `clients/` prints it. */
export type Seen = Readonly<Record<string, unknown>>;

/** Scripts print no more bytes of an output than this in full: only its length and SHA-256. */
const SHOWN_BYTES = 16_384;

/** libremctl's status is a signed byte in protocol 2. */
const signed = (status: number) => (status << 24) >> 24;

/**
 * Returns the answer that protocol 1 can carry: all output is on one stream, one message has it and the
 * status, and an error is output with the status -1 (protocol, section 4).
 */
export function protocol1Answer(answer: Answer): Answer {
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

/** Output as the scripts show it. */
interface Shown {
  readonly length: number;
  readonly sha256: string;
  /** The bytes; null if there are too many. */
  readonly hex: string | null;
}

/** Returns output as the scripts show it. */
function shown(output: Output[1]): Shown {
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
export function full(answer: Answer, protocol: Protocol): Seen {
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
export const simple =
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
export function program(answer: Answer, protocol: Protocol): Seen {
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

function sortedLines(output: Shown): Shown {
  if (output.hex === null) {
    return output;
  }
  const text = Buffer.from(output.hex, 'hex').toString('latin1');
  const lines = text.split(/(?<=\n)/).sort();
  return shown(Buffer.from(lines.join(''), 'latin1'));
}

/**
 * Returns what a client says without the order of lines of different streams: those of one stream are
 * sorted, for in protocol 1 the streams are one.
 */
export function withoutOrder(seen: Seen): Seen {
  if (seen.stdout !== undefined) {
    return { ...seen, stdout: sortedLines(seen.stdout as Shown) };
  }
  if (seen.output === undefined) {
    return seen;
  }
  const pieces = seen.output as readonly (readonly [stream: number, output: Shown])[];
  if (pieces.some(([, { hex }]) => hex === null)) {
    return seen;
  }
  const output = [STDOUT, STDERR].map((stream) => {
    const hex = pieces.flatMap(([number, piece]) => (number === stream ? [piece.hex] : []));
    return sortedLines(shown(Buffer.from(hex.join(''), 'hex')));
  });
  return { ...seen, output };
}
