/** Formats the report of a load run. */
import type { Usage } from '../support/process-usage.js';
import type { LoadReport } from './run-load.js';

const MEBIBYTE = 2 ** 20;

/** Returns the figures and the first faults as lines of text. */
export function formatReport(report: LoadReport): string {
  const { options, account, counts, seconds, latency, usage } = report;
  const { commands } = account;
  const perSecond = Math.round(commands.finished / seconds.commands);
  const lines = [
    `load, ${report.backend}: ${options.connections} connections, ${options.commands} commands, ` +
      `${options.servers} remctlds, one of them killed at command ${report.killedAt}`,
    `  commands   ${commands.finished} finished, ${commands.unknown} unknown ` +
      `(${account.unknownThatRan} of them ran), ${commands['not-sent']} not sent`,
    `  sent again ${account.sentAgain} times, each after a send that was not-sent`,
    `  broken by  ${listOf(counts.interrupted)}`,
    `  speed      ${perSecond} commands/s in ${seconds.commands.toFixed(1)} s; ` +
      `all opened in ${seconds.open.toFixed(1)} s`,
    `  latency    p50 ${latency.p50.toFixed(0)} ms, p99 ${latency.p99.toFixed(0)} ms, ` +
      `longest ${latency.longest.toFixed(0)} ms`,
    `  opens      ${counts.opened} succeeded; failed: ${listOf(counts.failedOpens)}`,
    `  attempts   failed, with those that were tried again: ${listOf(counts.failedConnects)}`,
    '  held                descriptors  threads  resident MiB  heap MiB',
    ...Object.entries(usage).map(([when, held]) => usageLine(when, held)),
    ...report.faults.slice(0, FAULTS_SHOWN).map((fault) => `  FAULT: ${fault}`),
    `  ${report.faults.length} faults`,
  ];
  return lines.join('\n');
}

const FAULTS_SHOWN = 20;

const WHEN: Readonly<Record<string, string>> = {
  before: 'before',
  open: 'all open',
  firstHalf: 'after 1st half',
  secondHalf: 'after 2nd half',
  after: 'all closed',
  peak: 'highest seen',
};

function usageLine(when: string, { descriptors, threads, resident, heap }: Usage): string {
  const cells = [
    String(descriptors).padStart(13),
    String(threads).padStart(9),
    (resident / MEBIBYTE).toFixed(1).padStart(14),
    (heap / MEBIBYTE).toFixed(1).padStart(10),
  ];
  return `    ${(WHEN[when] ?? when).padEnd(16)}${cells.join('')}`;
}

function listOf(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) {
    return 'none';
  }
  return [...counts].map(([what, count]) => `${count} ${what}`).join(', ');
}
