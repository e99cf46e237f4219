/** Times as klist prints them. */
import type { Ccache } from '../../src/ccache/ccache.js';
import { etypeName } from '../../src/crypto/etypes.js';
import { formatPrincipal } from '../../src/principal.js';

/** Writes a time in seconds since 1970 as `MM/DD/YY hh:mm:ss`, in UTC. */
export function klistTime(seconds: number): string {
  const [, year, month, day, time] =
    /^\d\d(\d\d)-(\d\d)-(\d\d)T([\d:]+)/.exec(new Date(seconds * 1000).toISOString()) ?? [];
  return `${month}/${day}/${year} ${time}`;
}

/** The letters of klist for TicketFlags, in the order of klist. */
const FLAG_LETTERS: readonly (readonly [letter: string, bit: number])[] = [
  ['F', 0x4000_0000],
  ['f', 0x2000_0000],
  ['P', 0x1000_0000],
  ['p', 0x0800_0000],
  ['D', 0x0400_0000],
  ['d', 0x0200_0000],
  ['R', 0x0080_0000],
  ['I', 0x0040_0000],
  ['i', 0x0100_0000],
  ['H', 0x0010_0000],
  ['A', 0x0020_0000],
  ['T', 0x0008_0000],
  ['O', 0x0004_0000],
  ['a', 0x0002_0000],
];

/** Writes a cache as `klistLines` gives it. */
export function asKlist({ defaultPrincipal, credentials, configEntries }: Ccache): string[] {
  const config = configEntries.map(({ key, principal, value }) => {
    const about = principal === undefined ? '' : `(${principal})`;
    return `config: ${key}${about} = ${Buffer.from(value).toString('latin1')}`;
  });
  const tickets = credentials.map((each) => {
    const flags = FLAG_LETTERS.filter(([, bit]) => (each.flags & bit) !== 0);
    return [
      `${klistTime(each.starttime || each.authtime)}  ${klistTime(each.endtime)}  ${formatPrincipal(each.server)}`,
      ...(each.renewTill === 0 ? [] : [`renew until ${klistTime(each.renewTill)}`]),
      `Flags: ${flags.map(([letter]) => letter).join('')}`,
      `skey ${etypeName(each.key.etype)}`,
    ].join(', ');
  });
  return [`Default principal: ${formatPrincipal(defaultPrincipal)}`, ...config, ...tickets].sort();
}

/** The options of klist for `klistLines`; its environment needs LC_ALL=C and TZ=UTC. */
export const KLIST_OPTIONS = ['-f', '-e', '-C'] as const;

/** Returns the lines of `klist -f -e -C`, sorted, a ticket on one, without the headings. */
export function klistLines(output: string): string[] {
  return output
    .replaceAll('\n\t', ', ')
    .split('\n')
    .filter((line) => line !== '' && !/^(?:Ticket cache:|Valid starting)/.test(line))
    .map((line) => line.replace(/Etype \(skey, tkt\): (\S+), .*/, 'skey $1'))
    .sort();
}
