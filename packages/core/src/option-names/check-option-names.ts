/** Refuses options that do not exist, and names the nearest that does. */
import { checkOptions } from '../arguments/checks.js';

/** The names of a function's options. */
export interface OptionNames {
  /** The options, in the order in which messages list them. */
  readonly known: readonly string[];
  /** Names that are taken and do nothing, such as `weight` in a target that `discover()` gave. */
  readonly ignored?: readonly string[] | undefined;
  /** Other names that people try, by the known one: in small letters, without `-` and `_`. */
  readonly alsoCalled?: Readonly<Record<string, readonly string[]>> | undefined;
  /** What a known option's value is, if its name does not say that. Messages put it in parentheses. */
  readonly notes?: Readonly<Record<string, string>> | undefined;
  /** Options of other functions, and what to do with them. */
  readonly elsewhere?: readonly Elsewhere[] | undefined;
}

interface Elsewhere {
  readonly names: readonly string[];
  readonly advice: string;
}

/** A shorter name is too often the beginning of another one by chance. */
const SHORTEST_BEGINNING = 4;
/** One letter in so many may be wrong. */
const LETTERS_PER_SLIP = 3;

const plain = (name: string) => name.toLowerCase().replaceAll(/[-_]/g, '');

/**
 * Counts the slips between two texts: a letter too many, missing, wrong, or changed places with the next one
 * (the optimal string alignment distance).
 */
function slipsBetween(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        Number(last[j]) + 1,
        Number(row[j - 1]) + 1,
        Number(last[j - 1]) + wrong,
        swapped ? Number(beforeLast[j - 2]) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = row;
  }
  return Number(last[b.length]);
}

/** Whether the shorter name begins the longer one: `timeoutMs`, `keytabFile`, `source`. */
function isBeginning(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= SHORTEST_BEGINNING && long.startsWith(short);
}

/** Returns the known name that was meant, if one is near. */
function nearest(name: string, { known, alsoCalled = {} }: OptionNames): string | undefined {
  const given = plain(name);
  const also = known.find((each) => plain(each) === given || alsoCalled[each]?.includes(given));
  if (also !== undefined) {
    return also;
  }
  const [longest] = known
    .filter((each) => isBeginning(plain(each), given))
    .sort((a, b) => b.length - a.length);
  if (longest !== undefined) {
    return longest;
  }
  const [least] = known
    .map((each) => ({ each, slips: slipsBetween(plain(each), given) }))
    .sort((a, b) => a.slips - b.slips);
  const allowed = Math.max(1, Math.floor(given.length / LETTERS_PER_SLIP));
  return least !== undefined && least.slips <= allowed ? least.each : undefined;
}

function listOf(known: readonly string[]): string {
  if (known.length < 2) {
    return known.length === 0 ? ': it takes none' : `; the only one is ${known}`;
  }
  return `; there are ${known.join(', ')}`;
}

function adviceFor(name: string, names: OptionNames): string {
  const { known, alsoCalled, notes = {}, elsewhere = [] } = names;
  const other = elsewhere.find((each) => each.names.includes(name));
  if (other !== undefined) {
    return `: ${other.advice}`;
  }
  const withNote = (meant: string) =>
    notes[meant] === undefined ? meant : `${meant} (${notes[meant]})`;
  const meant = nearest(name, { known, alsoCalled });
  if (meant !== undefined) {
    return `: did you mean ${withNote(meant)}?`;
  }
  for (const { names: others, advice } of elsewhere) {
    const meantThere = nearest(name, { known: others, alsoCalled });
    if (meantThere !== undefined) {
      return `: if you mean ${withNote(meantThere)}, ${advice}`;
    }
  }
  return listOf(known);
}

/**
 * Throws TypeError if options are not an object, or one has a name that is not known, also if its value is
 * undefined: the next value would be lost. `of` is the function or the object that the options are for.
 */
export function checkOptionNames(of: string, options: object, names: OptionNames): void {
  checkOptions(options);
  const { known, ignored = [] } = names;
  for (const name of Object.keys(options)) {
    if (!known.includes(name) && !ignored.includes(name)) {
      throw new TypeError(
        `${of}: there is no option ${JSON.stringify(name)}${adviceFor(name, names)}`,
      );
    }
  }
}
