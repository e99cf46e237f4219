/** Expands lists of hosts: commas and ranges such as web[01-20].example.org. */
import { isIPv6 } from 'node:net';
import { kindOf } from '../arguments/checks.js';

/** Hosts that one text may stand for. */
const MAX_HOSTS = 100_000;
/** Digits of a number in a range: more would not be exact. */
const MAX_DIGITS = 9;

/** A stretch of a name: fixed text, or the numbers of a bracket. */
type Part = readonly Range[] | string;

/** Numbers that follow each other, each as wide as `width`, with zeros before it. */
interface Range {
  readonly first: number;
  readonly last: number;
  readonly width: number;
}

/** A comma, or white space, outside of brackets. */
const SEPARATOR = /\s*,\s*|\s+/;

function malformed(item: string, problem: string): RangeError {
  return new RangeError(
    `hosts: ${problem} in ${JSON.stringify(item)}: ranges look like web[01-20].example.org or web[1,3-5]`,
  );
}

/** Cuts the text at the separators outside of brackets. */
function itemsOf(text: string): string[] {
  const items = [''];
  let rest = text.trim();
  while (rest !== '') {
    const [piece = ''] = /^(?:\[[^\]]*\]?|[^[\s,]+|\s*,\s*|\s+)/.exec(rest) ?? [];
    rest = rest.slice(piece.length);
    if (SEPARATOR.test(piece) && !piece.startsWith('[')) {
      items.push('');
    } else {
      items.push((items.pop() ?? '') + piece);
    }
  }
  return items;
}

function rangeOf(text: string, item: string): Range {
  const [, first, last = first] = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(text) ?? [];
  if (first === undefined || last === undefined) {
    throw malformed(item, `${JSON.stringify(text)} is neither a number nor a range`);
  }
  if (first.length > MAX_DIGITS || last.length > MAX_DIGITS) {
    throw malformed(item, `a number has more than ${MAX_DIGITS} digits`);
  }
  const range = { first: Number(first), last: Number(last) };
  if (range.first > range.last) {
    throw malformed(item, `the range ${first}-${last} counts down`);
  }
  return { ...range, width: first.startsWith('0') ? first.length : 0 };
}

/** Cuts a name into fixed text and ranges. */
function partsOf(item: string): Part[] {
  const parts: Part[] = [];
  for (const [, text, bracket] of item.matchAll(/([^[\]]+)|\[([^[\]]*)\]|[[\]]/g)) {
    if (text !== undefined) {
      parts.push(text);
    } else if (bracket !== undefined) {
      parts.push(bracket.split(',').map((each) => rangeOf(each, item)));
    } else {
      throw malformed(item, 'a bracket has no partner');
    }
  }
  return parts;
}

function countOf(parts: readonly Part[]): number {
  return parts.reduce(
    (product, part) =>
      typeof part === 'string'
        ? product
        : product * part.reduce((sum, { first, last }) => sum + last - first + 1, 0),
    1,
  );
}

function* numbersOf(ranges: readonly Range[]): Generator<string> {
  for (const { first, last, width } of ranges) {
    for (let number = first; number <= last; number += 1) {
      yield String(number).padStart(width, '0');
    }
  }
}

/** Returns every name of the parts; the last bracket counts fastest. */
function namesOf(parts: readonly Part[]): string[] {
  return parts.reduce<string[]>(
    (names, part) =>
      typeof part === 'string'
        ? names.map((name) => name + part)
        : names.flatMap((name) => [...numbersOf(part)].map((number) => name + number)),
    [''],
  );
}

/** A colon in brackets that are the whole name: they hold an IPv6 address, and are not part of it. */
const IPV6_IN_BRACKETS = /^\[([^[\]]*:[^[\]]*)\]$/;

function checkHostsText(text: unknown): void {
  if (typeof text !== 'string') {
    throw new TypeError(
      `hosts must be a string such as 'web[01-20].example.org', not ${kindOf(text)}`,
    );
  }
}

/**
 * Returns the hosts that a text names, in its order and as often as it names them. Commas or white space part
 * names. `web[01-20].example.org` and `web[1,3-5]` stand for several; a first number with zeros before it gives
 * the width. A name may have several brackets. `[::1]` is an IPv6 address.
 *
 * Throws TypeError, and RangeError if the text names no host, has brackets that are not well formed, or stands for
 * more than 100,000 hosts.
 */
export function expandHosts(text: string): string[] {
  checkHostsText(text);
  const expanded: string[][] = [];
  let count = 0;
  for (const item of itemsOf(text)) {
    if (item === '') {
      throw new RangeError(
        text.trim() === ''
          ? 'hosts: the text names no host'
          : 'hosts: a name is missing at a comma',
      );
    }
    const [, address] = IPV6_IN_BRACKETS.exec(item) ?? [];
    if (address !== undefined && !isIPv6(address)) {
      throw malformed(item, `${JSON.stringify(address)} is no IPv6 address`);
    }
    const parts = address === undefined ? partsOf(item) : [address];
    count += countOf(parts);
    if (count > MAX_HOSTS) {
      throw new RangeError(`hosts: the text stands for more than ${MAX_HOSTS} hosts`);
    }
    expanded.push(namesOf(parts));
  }
  return expanded.flat();
}

/**
 * Returns the hosts that a file's text names: on each line as for `expandHosts`. `#` begins a comment. Empty lines
 * count for nothing, so the result may be empty.
 *
 * Throws the errors of `expandHosts`, with the line's number.
 */
export function parseHostsFile(text: string): string[] {
  checkHostsText(text);
  const hosts: string[] = [];
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const names = (line.split('#', 1)[0] ?? '').trim();
    if (names === '') {
      continue;
    }
    let found: readonly string[];
    try {
      found = expandHosts(names);
    } catch (cause) {
      throw new RangeError(`line ${index + 1}: ${(cause as Error).message}`, { cause });
    }
    if (hosts.length + found.length > MAX_HOSTS) {
      throw new RangeError(`line ${index + 1}: hosts: the file names more than ${MAX_HOSTS} hosts`);
    }
    for (const host of found) {
      hosts.push(host);
    }
  }
  return hosts;
}
