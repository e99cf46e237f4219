/** Matches extended regular expressions of POSIX in bounded time. */
import { WORD } from './byte-set.js';
import { type Assertion, type Expression, RegexError } from './expression.js';
import { parseRegex } from './parse-regex.js';

/** States of a compiled expression, at most. A match takes time by the states and the bytes of the subject. */
const MAX_STATES = 10_000;
/** Bytes of a pattern and of a subject, at most. */
const MAX_LENGTH = 4_096;

/** What a state does before the next: it takes a byte of a set, checks an assertion, or goes on at once. */
interface State {
  readonly set?: Uint8Array;
  readonly assertion?: Assertion;
  /** The states that follow. */
  next: readonly number[];
}

/** The state that accepts. */
const ACCEPT = 0;

/** Compiles an expression to states. Returns them and the first. Throws RegexError if they are too many. */
function compile(expression: Expression): {
  readonly states: readonly State[];
  readonly start: number;
} {
  const states: State[] = [{ next: [] }];

  function add(state: State): number {
    if (states.length >= MAX_STATES) {
      throw new RegexError(`it takes more than ${MAX_STATES} states: make its intervals smaller`);
    }
    states.push(state);
    return states.length - 1;
  }

  /** Adds the states of a part that ends in the state `next`. Returns the part's first state. */
  function build(part: Expression, next: number): number {
    switch (part.type) {
      case 'empty':
        return next;
      case 'set':
        return add({ set: part.set, next: [next] });
      case 'assertion':
        return add({ assertion: part.assertion, next: [next] });
      case 'sequence':
        return part.parts.reduceRight((after, each) => build(each, after), next);
      case 'choice':
        return add({ next: part.parts.map((each) => build(each, next)) });
      case 'repeat':
        return buildRepeat(part, next);
    }
  }

  function buildRepeat(
    { part, least, most }: Extract<Expression, { type: 'repeat' }>,
    next: number,
  ): number {
    let start = next;
    if (most === Number.POSITIVE_INFINITY) {
      const loop: State = { next: [] };
      start = add(loop);
      loop.next = [build(part, start), next];
    } else {
      for (let n = least; n < most; n += 1) {
        start = add({ next: [build(part, start), next] });
      }
    }
    for (let n = 0; n < least; n += 1) {
      start = build(part, start);
    }
    return start;
  }

  const start = build(expression, ACCEPT);
  return { states, start };
}

function isWord(byte: number | undefined): boolean {
  return byte !== undefined && WORD[byte] === 1;
}

function holds(assertion: Assertion, subject: Uint8Array, at: number): boolean {
  const before = isWord(subject[at - 1]);
  const after = isWord(subject[at]);
  switch (assertion) {
    case 'start':
      return at === 0;
    case 'end':
      return at === subject.length;
    case 'word-start':
      return !before && after;
    case 'word-end':
      return before && !after;
    case 'word-edge':
      return before !== after;
    case 'no-word-edge':
      return before === after;
  }
}

/**
 * Compiles an extended regular expression of POSIX for the C locale, as remctld's `regex:` takes it. Returns a
 * function that tells whether the expression matches somewhere in a subject, in time by the pattern's states
 * times the subject's bytes. That function throws RangeError if the subject has more than 4,096 bytes.
 *
 * Throws RegexError if the expression is none, is too large, or has a back-reference.
 */
export function compileRegex(pattern: string): (subject: string) => boolean {
  const bytes = Buffer.from(pattern);
  if (bytes.length > MAX_LENGTH) {
    throw new RegexError(`it has ${bytes.length} bytes; at most ${MAX_LENGTH} are supported`);
  }
  const { states, start } = compile(parseRegex(bytes.toString('latin1')));

  return (text) => {
    const subject = Buffer.from(text);
    if (subject.length > MAX_LENGTH) {
      throw new RangeError(`it has ${subject.length} bytes; at most ${MAX_LENGTH} are matched`);
    }
    /** For each state, 1 + the last place at which it was reached. */
    const reached = new Uint32Array(states.length);
    let current: number[] = [];
    for (let at = 0; at <= subject.length; at += 1) {
      // A match may begin at every place.
      const open = [...current, start];
      const takers: State[] = [];
      for (let number = open.pop(); number !== undefined; number = open.pop()) {
        const state = states[number];
        if (number === ACCEPT) {
          return true;
        }
        if (state === undefined || reached[number] === at + 1) {
          continue;
        }
        reached[number] = at + 1;
        if (state.set !== undefined) {
          takers.push(state);
        } else if (state.assertion === undefined || holds(state.assertion, subject, at)) {
          open.push(...state.next);
        }
      }
      const byte = subject[at];
      current = takers
        .filter(({ set }) => byte !== undefined && set?.[byte] === 1)
        .flatMap(({ next }) => next);
    }
    return false;
  };
}
