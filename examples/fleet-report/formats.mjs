// The report as a table, as JSON and as CSV.
import { foldHosts } from '@remctl/core';

/** @typedef {import('./row.mjs').Row} Row */

/** Characters of the table's last column. */
const SHOWN = 60;

/**
 * Returns a text's first line without what could move a terminal's cursor or change its colours.
 *
 * @param {string} text
 */
function firstLine(text) {
  const [line = ''] = text.split('\n');
  return line.replace(/\p{Cc}/gu, '?').slice(0, SHOWN);
}

/** @param {Row} row */
function cellsOf({ host, reason, seconds, message, stdout, stderr, commandState }) {
  const result = commandState === 'unknown' ? `${reason}, may have run` : (reason ?? 'ok');
  return [host, result, seconds?.toFixed(1) ?? '', firstLine(message || stderr || stdout)];
}

/** @param {readonly Row[]} rows */
function table(rows) {
  const lines = [['HOST', 'RESULT', 'SECONDS', ''], ...rows.map(cellsOf)];
  const widths = lines[0]?.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths?.[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const failed = rows.filter(({ reason }) => reason !== undefined);
  const reasons = byReason(failed).map(([reason, hosts]) => `${reason}: ${foldHosts(hosts)}`);
  const sum = `${rows.length - failed.length} of ${rows.length} hosts are well`;
  return `${[...text, '', sum, ...reasons].join('\n')}\n`;
}

/**
 * Returns the hosts of each reason, the most frequent one first.
 *
 * @param {readonly Row[]} failed
 * @returns {[string, string[]][]}
 */
function byReason(failed) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const { reason = '', host } of failed) {
    groups.set(reason, [...(groups.get(reason) ?? []), host]);
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
}

/** @type {readonly (keyof Row)[]} */
const COLUMNS = [
  'host',
  'reason',
  'commandState',
  'status',
  'seconds',
  'attempts',
  'message',
  'stdout',
  'stderr',
];

/** Quotes a cell where it must be (RFC 4180). @param {unknown} value */
function csvCell(value) {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {readonly Row[]} rows */
function csv(rows) {
  const lines = rows.map((row) => COLUMNS.map((column) => csvCell(row[column])));
  return [COLUMNS, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** @type {Readonly<Record<string, (rows: readonly Row[]) => string>>} */
export const FORMATS = {
  table,
  json: (rows) => `${JSON.stringify(rows, null, 2)}\n`,
  csv,
};
