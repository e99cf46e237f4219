/** Runs a command on its hosts, prints the answers, and says at the end what became of each. */
import { type HostResult, runOnHosts } from '@remctl/core';
import type { HostsMode } from '../options/options.js';
import {
  beforeDeath,
  type DeadlySignal,
  dieBy,
  onDeadlySignal,
  unlessDying,
} from '../run/deadly-signals.js';
import { startDebugLines } from '../run/debug-lines.js';
import { FAILURE_STATUS } from '../run/exit-status.js';
import { backendOf, clientOptionsOf, targetOf } from '../run/open-options.js';
import { isBrokenPipe } from '../terminal/write.js';
import { durationText } from './duration-text.js';
import { errorText, outcomeOf, reasonOf } from './outcome.js';
import { type Outlets, openOutlets } from './outlets.js';
import { createGroupsPrinter } from './print-groups.js';
import { createJsonPrinter, jsonSummary } from './print-json.js';
import { createLinesPrinter } from './print-lines.js';
import type { Printer } from './printer.js';
import { createProgress } from './progress.js';
import { summaryText } from './summary.js';
import { createTally, type Tally } from './tally.js';

/** What runs where. */
export interface Task {
  readonly mode: HostsMode;
  readonly hosts: readonly string[];
  readonly command: readonly (string | Uint8Array)[];
}

/** Why a run ended before its hosts did. */
type Ending =
  | { readonly type: 'signal'; readonly signal: DeadlySignal }
  /** A stream took nothing more, or the library failed. */
  | { readonly type: 'error'; readonly error: unknown };

function printerOf({ mode, hosts }: Task, outlets: Outlets): Printer {
  if (mode.json) {
    return createJsonPrinter(outlets, mode.group);
  }
  return mode.group ? createGroupsPrinter(outlets) : createLinesPrinter(hosts, outlets);
}

/** Returns what -d says of a host's end. No output is in it. */
function endText(result: HostResult): string {
  return result.type === 'not-begun'
    ? 'not begun'
    : `${outcomeOf(result)}, ${reasonOf(result) ?? 'exit status 0'}, attempts: ${result.attempts}, ${durationText(result.milliseconds)}`;
}

function endingText(ending: Ending): string {
  if (ending.type === 'signal') {
    return `ended by ${ending.signal}`;
  }
  return isBrokenPipe(ending.error) ? 'the reader of the output has gone' : errorText(ending.error);
}

/** What the last words are made of. */
interface End {
  readonly tally: Tally;
  readonly milliseconds: number;
  readonly ending: Ending | undefined;
}

/** Prints the summary. */
async function sayEnd({ json }: HostsMode, outlets: Outlets, end: End): Promise<void> {
  const { tally, milliseconds, ending } = end;
  const { stdout, stderr } = outlets;
  const signal = ending?.type === 'signal' ? ending.signal : undefined;
  if (json) {
    void stdout.write(jsonSummary(tally, { milliseconds, signal }));
  }
  if (ending !== undefined) {
    void stderr.write(`${stderr.colors.red(`remctl: ${endingText(ending)}`)}\n`);
  }
  // With --json each host has its object; but a reader that has gone does not get them all.
  if (tally.total() > 0 && (!json || ending !== undefined)) {
    const { colors } = stderr;
    const withAll = ending !== undefined;
    void stderr.write(summaryText(tally, { milliseconds, colors, withAll }));
  }
  await outlets.flush();
}

/**
 * Runs the command on each host and returns the exit status: 0 if every host ended with status 0,
 * else 1. A signal ends this process after a second at most; what is known of each host is written
 * first. So it is if the reader of the output has gone, as by SIGPIPE.
 */
export async function runTask(task: Task): Promise<number> {
  const { mode, hosts } = task;
  const start = performance.now();
  const controller = new AbortController();
  const tally = createTally();
  const progress = createProgress(hosts.length, () => performance.now());
  let ending: Ending | undefined;
  let hideLive = (): void => undefined;

  const outlets = openOutlets({
    onWrite: () => hideLive(),
    onBroken: (error) => end({ type: 'error', error }),
  });
  const end = (why: Ending) => {
    ending ??= why;
    controller.abort(why.type === 'signal' ? new Error(endingText(why)) : why.error);
    outlets.release();
  };

  const { stderr } = outlets;
  const debug = startDebugLines(mode.connection.debug, (line) => stderr.write(line));
  let saidEnd = (): void => undefined;
  const whenSaid = new Promise<void>((resolve) => {
    saidEnd = resolve;
  });
  const stopWatch = onDeadlySignal((signal) => {
    // The summary is the last word.
    debug.end();
    end({ type: 'signal', signal });
    return whenSaid;
  });

  const hasLive = stderr.isTerminal && !outlets.isPiped && process.env.TERM !== 'dumb';
  const live = hasLive
    ? (await import('./live-line.js')).startLiveLine({
        text: (columns) => progress.line(columns),
        mayDraw: () => outlets.isIdle(),
      })
    : undefined;
  hideLive = () => live?.hide();
  const forgetLive = beforeDeath(() => live?.end());

  try {
    const printer = printerOf(task, outlets);
    const results = resultsOf(task, printer, controller.signal, (host) => {
      progress.begin(host);
      void debug.say(`${host}: begun`);
    });
    for await (const result of results) {
      const outcome = outcomeOf(result);
      tally.add(result);
      progress.end(result.host, outcome !== 'ran');
      await debug.say(`${result.host}: ${endText(result)}`);
      const isAborted = result.type === 'failed' && result.error === controller.signal.reason;
      await printer.result(result, isAborted);
    }
  } catch (error) {
    if (!controller.signal.aborted) {
      end({ type: 'error', error });
    }
  }
  debug.end();
  live?.end();
  forgetLive();
  await sayEnd(mode, outlets, { tally, milliseconds: performance.now() - start, ending });
  saidEnd();
  await unlessDying();
  stopWatch();
  if (ending?.type === 'error' && isBrokenPipe(ending.error)) {
    return dieBy('SIGPIPE');
  }
  return tally.count('ran') === hosts.length && ending === undefined ? 0 : FAILURE_STATUS;
}

function resultsOf(
  { mode, hosts, command }: Task,
  { output }: Printer,
  signal: AbortSignal,
  onBegin: (host: string) => void,
): AsyncIterable<HostResult> {
  const { connection, parallel, failFast, retryUnsent } = mode;
  return runOnHosts(
    hosts.map((host) => targetOf(host, connection)),
    command,
    {
      ...clientOptionsOf(connection),
      backend: backendOf(connection),
      parallel,
      failFast,
      retryUnsent,
      signal,
      onBegin,
      ...(output === undefined ? {} : { onOutput: output }),
    },
  );
}
