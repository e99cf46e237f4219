/** The table at the end, and the hosts that did not succeed. */
import { foldHosts } from '@remctl/core';
import Table from 'cli-table3';
import { visible } from '../terminal/visible-controls.js';
import { durationText } from './duration-text.js';
import { OUTCOMES, type Outcome } from './outcome.js';
import type { Colors } from './outlets.js';
import type { HostGroup, Tally } from './tally.js';

/** Reasons of one outcome that have a line each; the hosts of the others share one. */
const MAX_REASONS = 10;
/** Characters of a reason at most. */
const MAX_REASON = 300;

/** No lines between cells, and two spaces between columns. */
const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** What each outcome means to someone who thinks of running the command again. */
const MEANING: Readonly<Record<Outcome, string>> = {
  ran: 'ran',
  failed: 'failed',
  'not sent': 'not sent',
  unknown: 'unknown: it may have run',
  'not begun': 'not begun',
};

/** Returns a painter of an outcome's texts. */
function paint(colors: Colors, outcome: Outcome): (text: string) => string {
  switch (outcome) {
    case 'ran':
      return colors.green;
    case 'failed':
    case 'not sent':
      return colors.red;
    case 'unknown':
      return colors.magenta;
    case 'not begun':
      return colors.yellow;
  }
}

function tableText(tally: Tally, milliseconds: number, colors: Colors): string {
  const table = new Table({
    chars: PLAIN,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: [...OUTCOMES.map(() => 'right' as const), 'right'],
    head: [...OUTCOMES, 'time'],
  });
  const cell = (outcome: Outcome) => {
    const count = tally.count(outcome);
    return count === 0 ? '0' : paint(colors, outcome)(String(count));
  };
  table.push([...OUTCOMES.map(cell), durationText(milliseconds)]);
  return `${table.toString()}\n`;
}

function shortened(reason: string): string {
  return reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason;
}

/** Joins the groups of an outcome that are one too many. `groups` has the largest first. */
function bounded(groups: readonly HostGroup[]): HostGroup[] {
  const [first, others] = [groups.slice(0, MAX_REASONS), groups.slice(MAX_REASONS)];
  const [one] = others;
  return one === undefined
    ? first
    : [
        ...first,
        {
          outcome: one.outcome,
          reason: others.length === 1 ? one.reason : `${others.length} other reasons`,
          hosts: others.flatMap(({ hosts }) => hosts),
        },
      ];
}

function groupLine({ outcome, reason, hosts }: HostGroup, colors: Colors): string {
  const why = reason === undefined ? '' : `: ${shortened(reason)}`;
  const head = paint(colors, outcome)(`${MEANING[outcome]}${why}`);
  return `${head} (${hosts.length}): ${visible(foldHosts(hosts))}\n`;
}

/**
 * Returns the table, and a line for each reason why hosts did not succeed, with these hosts in the
 * form that --hosts takes. The number of lines is bounded. `withAll` lists the hosts that ran too.
 */
export function summaryText(
  tally: Tally,
  options: { readonly milliseconds: number; readonly colors: Colors; readonly withAll: boolean },
): string {
  const { milliseconds, colors, withAll } = options;
  const lines = OUTCOMES.filter((outcome) => withAll || outcome !== 'ran')
    .flatMap((outcome) => bounded(tally.groups().filter((group) => group.outcome === outcome)))
    .map((group) => groupLine(group, colors));
  return `${tableText(tally, milliseconds, colors)}${lines.join('')}`;
}
