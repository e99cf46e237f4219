/** Runs a suite of the pure backend on a runtime, and collects the results. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Case, type SuiteName, suites } from '@remctl/conformance';
import { type CaseReport, REPORT_MARK, runs, type SuiteRun } from './suite-run.js';
import { LEFT_OUT_HOSTS, UNSUPPORTED } from './unsupported.js';

const PROGRAM = fileURLToPath(new URL('../dist/suite-process.js', import.meta.url));
/** Suites that run the backend in processes of their own: their servers and proxies stay on this Node. */
const IN_PROCESSES: readonly SuiteName[] = ['addresses', 'names', 'shortages'];
/** Characters of a process's standard error that a failure shows. */
const SHOWN_STDERR = 2000;

/** A runtime, and the suite that runs on it. */
export interface SuiteOnRuntime {
  /** The runtime's key in `UNSUPPORTED`. */
  readonly runtime: string;
  /** The runtime's binary, and the arguments before the program. */
  readonly command: readonly [string, ...string[]];
  readonly suite: SuiteName;
  readonly protocol: 1 | 2;
  /** The only cases that run: ids, or `area/` for all cases of an area. */
  readonly only?: readonly string[];
}

export interface SuiteResult {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly id: string; readonly failure: string }[];
  /** Cases that did not run, with the reason. */
  readonly unsupported: readonly { readonly id: string; readonly reason: string }[];
  /** Hosts that the cases left out, with the reason. */
  readonly leftOut: readonly { readonly id: string; readonly reason: string }[];
}

/** Runs the cases in a process of the runtime. A case without a report has failed. */
export async function runSuite(options: SuiteOnRuntime): Promise<SuiteResult> {
  const { runtime, command, suite, protocol, only } = options;
  const all: readonly Case[] = suites[suite];
  const unsupported = all.flatMap(({ id, notInProtocol1 }) => {
    const reason = UNSUPPORTED[runtime]?.[id] ?? (protocol === 1 ? notInProtocol1 : undefined);
    return reason === undefined ? [] : [{ id, reason }];
  });
  const leftOut = Object.entries(suite === 'names' ? (LEFT_OUT_HOSTS[runtime] ?? {}) : {}).map(
    ([id, reason]) => ({ id, reason }),
  );
  const without = unsupported.map(({ id }) => id);
  const run: SuiteRun = {
    suite,
    protocol,
    without,
    ...(only === undefined ? {} : { only }),
    runtime: command,
    withoutHosts: leftOut.map(({ id }) => id),
  };
  const here = IN_PROCESSES.includes(suite);
  const { reports, ending } = await reportsOf(here ? [process.execPath] : command, run);
  const wanted = all.filter(({ id }) => runs(run, id));
  return {
    passed: wanted.map(({ id }) => id).filter((id) => passes(reports.get(id))),
    failed: wanted
      .filter(({ id }) => !passes(reports.get(id)))
      .map(({ id }) => ({ id, failure: reports.get(id)?.failure ?? `it did not run: ${ending}` })),
    unsupported: unsupported.filter(({ id }) => runs({ ...run, without: [] }, id)),
    leftOut,
  };
}

const passes = (report: CaseReport | undefined) =>
  report !== undefined && report.failure === undefined;

/** Runs the process. Returns the reports of its cases, and how it ended. */
async function reportsOf([binary, ...args]: readonly [string, ...string[]], run: SuiteRun) {
  const child = spawn(binary, [...args, PROGRAM, JSON.stringify(run)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const reports = new Map<string, CaseReport>();
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith(REPORT_MARK)) {
      const report: CaseReport = JSON.parse(line.slice(REPORT_MARK.length));
      reports.set(report.id, report);
    }
  });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr = (stderr + data).slice(-SHOWN_STDERR);
  });
  const ending = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (status, signal) => resolve(`${binary} ended with ${signal ?? status}`));
  });
  return { reports, ending: `${ending}\n${stderr}` };
}
