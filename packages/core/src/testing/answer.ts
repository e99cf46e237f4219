/** What a script answers, as tokens. */
import { inspect } from 'node:util';
import type { ConnectOptions } from '../backend.js';
import { errorCodeName } from '../errors.js';
import { checkOptionNames } from '../option-names/check-option-names.js';
import { type OutputToken, type ServerToken, STDERR, STDOUT } from '../tokens.js';
import { type Fault, isFault } from './fault.js';

/** The output of a command. Text is sent as UTF-8. */
interface Output {
  readonly stdout?: string | Uint8Array | undefined;
  readonly stderr?: string | Uint8Array | undefined;
}

/** An answer with an exit status; 0 by default. */
interface Finished extends Output {
  readonly status?: number | undefined;
  readonly error?: undefined;
  readonly fault?: undefined;
}

/** An answer that ends with the server's MESSAGE_ERROR. */
interface Refused extends Output {
  /** One of `ErrorCode`. */
  readonly error: number;
  /** The server's text; the name of the code by default. */
  readonly message?: string | undefined;
  readonly status?: undefined;
  readonly fault?: undefined;
}

/** An answer of which a part comes. */
interface CutOff extends Output {
  /** What happens after the output. */
  readonly fault: Fault;
  readonly status?: undefined;
  readonly error?: undefined;
}

/**
 * A command's answer: output and its end at once, or tokens in their order, or a fault in place of the answer
 * or of a token.
 */
export type ScriptedAnswer =
  | Finished
  | Refused
  | CutOff
  | Fault
  | Iterable<ServerToken | Fault>
  | AsyncIterable<ServerToken | Fault>;

/**
 * Answers a command. Each argument is a Buffer, so `String(command[0])` is the first one's text. A throw
 * fails the command with that error.
 */
export type Script = (
  command: readonly Uint8Array[],
  connection: ConnectOptions,
) => ScriptedAnswer | Promise<ScriptedAnswer>;

const utf8 = new TextEncoder();

const ANSWER_NAMES: readonly string[] = [
  'stdout',
  'stderr',
  'status',
  'error',
  'message',
  'fault',
] satisfies (keyof Finished | keyof Refused | keyof CutOff)[];

/** Throws TypeError for a name that no answer has, or a fault that is none: a slip must not be a success. */
function checkAnswer(answer: Finished | Refused | CutOff): void {
  checkOptionNames("a script's answer", answer, { known: ANSWER_NAMES });
  if (answer.fault !== undefined && !isFault(answer.fault)) {
    throw new TypeError(
      `fault must be 'silence', 'drop' or an Error, not ${inspect(answer.fault)}`,
    );
  }
}

function* outputTokens({ stdout = '', stderr = '' }: Output): Generator<OutputToken> {
  for (const [stream, output] of [
    [STDOUT, stdout],
    [STDERR, stderr],
  ] as const) {
    const bytes = typeof output === 'string' ? utf8.encode(output) : output;
    if (bytes.length > 0) {
      yield { type: 'output', stream, output: bytes };
    }
  }
}

/** Gives an answer's tokens and faults in their order. Throws TypeError for a value that is no answer. */
export async function* answerSteps(
  answer: ScriptedAnswer,
): AsyncGenerator<ServerToken | Fault, undefined> {
  if (isFault(answer)) {
    yield answer;
    return;
  }
  if (typeof answer !== 'object' || answer === null) {
    throw new TypeError(
      `a script must return output, tokens, 'silence', 'drop' or an Error, not ${inspect(answer)}`,
    );
  }
  if (Symbol.iterator in answer || Symbol.asyncIterator in answer) {
    yield* answer;
    return;
  }
  checkAnswer(answer);
  yield* outputTokens(answer);
  if (answer.fault !== undefined) {
    yield answer.fault;
  } else if (answer.error !== undefined) {
    const text = answer.message ?? errorCodeName(answer.error) ?? `error ${answer.error}`;
    yield { type: 'error', error: answer.error, output: utf8.encode(text) };
  } else {
    yield { type: 'status', status: answer.status ?? 0 };
  }
}
