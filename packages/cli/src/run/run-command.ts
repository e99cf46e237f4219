/** Runs one command on the server and writes its output. */
import { discover, openFirst, type Remctl } from '@remctl/core';
import { type Argument, commandOf } from '../arguments/from-elsewhere.js';
import type { RunMode } from '../options/options.js';
import { isBrokenPipe, STDERR_FD, write } from '../terminal/write.js';
import { checkAsTheCClient } from './c-refusals.js';
import { dieBy, onDeadlySignal, unlessDying } from './deadly-signals.js';
import { type DebugLines, startDebugLines } from './debug-lines.js';
import { FAILURE_STATUS } from './exit-status.js';
import { clientOf, targetOf } from './open-options.js';
import { jsonReport, type Report, textReport } from './report.js';
import { ignoreLoss, writeAnswer } from './write-answer.js';

/** What a run needs from begin to end. */
interface Run {
  readonly mode: RunMode;
  readonly command: readonly Argument[];
  readonly report: Report;
  readonly debug: DebugLines;
  readonly signal: AbortSignal;
  readonly onClient: (client: Remctl) => void;
}

/**
 * Runs the command and returns the exit status of this process. Writes each output to the stream
 * that the server names, byte for byte, as it arrives. Reports failures. A signal ends this process:
 * what is known of the command is written first. So does a reader of the output that has gone, as by
 * SIGPIPE. Output that cannot be written is told, and gives status 1 if the command's is 0.
 */
export async function runCommand(mode: RunMode): Promise<number> {
  const report = mode.json
    ? jsonReport()
    : textReport({ hasService: mode.connection.service !== undefined });
  const debug = startDebugLines(mode.connection.debug, (line) =>
    write(STDERR_FD, line).catch(ignoreLoss),
  );
  let client: Remctl | undefined;
  const progress = () => ({ commandState: client?.commandState ?? 'not-sent' }) as const;
  let stopWatch: () => void = () => undefined;
  try {
    checkAsTheCClient(mode);
    const command = await commandOf(mode);
    const controller = new AbortController();
    stopWatch = onDeadlySignal((signal) => {
      // What is known of the command is the last word.
      debug.end();
      // From here on nothing more is sent, so that what is told stays true.
      controller.abort(new Error(`ended by ${signal}`));
      return report.interrupted(signal, progress());
    });
    const { signal } = controller;
    const onClient = (made: Remctl) => {
      client = made;
    };
    return await sendCommand({ mode, command, report, debug, signal, onClient });
  } catch (error) {
    await unlessDying();
    if (isBrokenPipe(error)) {
      return await dieBy('SIGPIPE');
    }
    await report.failure(error, progress()).catch(ignoreLoss);
    return FAILURE_STATUS;
  } finally {
    await unlessDying();
    stopWatch();
    debug.end();
  }
}

async function sendCommand(run: Run): Promise<number> {
  const { mode, command, report, debug, signal, onClient } = run;
  const client = await clientOf(mode.connection);
  onClient(client);
  try {
    await open(client, run);
    await debug.flush();
    return await writeAnswer(client.run(command, { signal }), { report, debug });
  } finally {
    await client.close();
    await debug.flush();
  }
}

type Opening = Pick<Run, 'mode' | 'debug' | 'signal'>;

async function open(client: Remctl, { mode, debug, signal }: Opening): Promise<void> {
  const { connection, server } = mode;
  if (server.type === 'host') {
    await client.open({ ...targetOf(server.host, connection), signal });
    return;
  }
  const { timeout } = connection;
  const found = await discover(server.domain, { signal, ...(timeout > 0 ? { timeout } : {}) });
  // A record's name is the server's own; -p overrides its port, -s its principal.
  const targets = found.map(({ host, port }) => ({
    ...targetOf(host, connection),
    port: connection.port ?? port,
  }));
  await debug.say(`${server.domain} has ${targets.length} servers`);
  await openFirst(client, targets, { signal });
}
