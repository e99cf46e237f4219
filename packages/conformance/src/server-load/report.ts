/** Formats the report of a server's load. */
import type { ServerLoadReport } from './run-server-load.js';
import type { ServerUsage } from './server-usage.js';

const MEBIBYTE = 2 ** 20;
const FAULTS_SHOWN = 20;

/** Returns the figures and the first faults as lines of text. */
export function formatServerReport(report: ServerLoadReport): string {
  const { options, account, killed, seconds, usage, faults } = report;
  const done = account.finished + account.unknown;
  const lines = [
    `server load, ${options.name}: ${options.clients} clients in ${options.processes} processes, ` +
      `${options.commands} commands, ${killed} of the processes killed`,
    `  commands   ${account.finished} finished, ${account.unknown} without an answer ` +
      `(${account.unknownThatRan} of them ran)`,
    `  speed      ${Math.round(done / seconds.commands)} commands/s in ` +
      `${seconds.commands.toFixed(1)} s; all opened in ${seconds.open.toFixed(1)} s`,
    '  held              descriptors  children  resident MiB',
    usageLine('before', usage.before),
    usageLine('all open', usage.open),
    usageLine('after 1st half', usage.half),
    usageLine('all gone', usage.after),
    `    most resident memory: ${(usage.residentPeak / MEBIBYTE).toFixed(1)} MiB`,
    ...faults.slice(0, FAULTS_SHOWN).map((fault) => `  FAULT: ${fault}`),
    `  ${faults.length} faults`,
  ];
  return lines.join('\n');
}

function usageLine(when: string, { descriptors, children, resident }: ServerUsage): string {
  const cells = [
    String(descriptors).padStart(13),
    String(children).padStart(10),
    (resident / MEBIBYTE).toFixed(1).padStart(14),
  ];
  return `    ${when.padEnd(14)}${cells.join('')}`;
}
