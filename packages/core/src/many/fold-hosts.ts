/** Folds many hosts into a short text, such as web[01-20].example.org. */

/** Digits that are folded at most: their number stays exact. */
const MAX_DIGITS = 9;

/** A host, cut at the digits that may become a range. */
interface Parts {
  readonly before: string;
  readonly digits: string;
  readonly after: string;
}

/** Cuts at the last digits of the first label, or of an IPv4 address. Undefined if there are none to fold. */
function cut(host: string): Parts | undefined {
  const [, before, digits, after] =
    /^((?:\d+\.){3})(\d+)()$/.exec(host) ?? /^([^.]*?)(\d+)([^.\d]*(?:\..*)?)$/s.exec(host) ?? [];
  return before === undefined ||
    digits === undefined ||
    after === undefined ||
    digits.length > MAX_DIGITS ||
    // An IPv6 address has hexadecimal digits; the others mean something to expandHosts.
    /[:,[\]\s]/.test(host)
    ? undefined
    : { before, digits, after };
}

/** The digits that follow in a range: as wide as before if they begin with 0. */
function following(digits: string): string {
  const next = String(Number(digits) + 1);
  return digits.startsWith('0') ? next.padStart(digits.length, '0') : next;
}

/** Joins digits that follow each other: `01-03,07`. */
function ranges(all: readonly string[]): string[] {
  const sorted = [...all].sort(
    (one, other) => one.length - other.length || Number(one) - Number(other),
  );
  const found: { first: string; last: string }[] = [];
  for (const digits of sorted) {
    const range = found.at(-1);
    if (range !== undefined && following(range.last) === digits) {
      range.last = digits;
    } else {
      found.push({ first: digits, last: digits });
    }
  }
  return found.map(({ first, last }) => (first === last ? first : `${first}-${last}`));
}

/**
 * Returns the hosts as one text for `expandHosts`, with commas and ranges. Each host is in it once. Names that
 * differ in the last number of their first label share brackets.
 */
export function foldHosts(hosts: Iterable<string>): string {
  const groups = new Map<string, Parts & { readonly numbers: string[] }>();
  const whole: string[] = [];
  for (const host of new Set(hosts)) {
    const parts = cut(host);
    if (parts === undefined) {
      whole.push(host);
      continue;
    }
    const key = `${parts.before}\n${parts.after}`;
    const group = groups.get(key) ?? { ...parts, numbers: [] };
    group.numbers.push(parts.digits);
    groups.set(key, group);
  }
  const folded = [...groups.values()].map(({ before, digits, after, numbers }) =>
    numbers.length === 1
      ? `${before}${digits}${after}`
      : `${before}[${ranges(numbers).join(',')}]${after}`,
  );
  return [...folded, ...whole].join(',');
}
