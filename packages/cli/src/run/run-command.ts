/** Runs one command on the server and writes its output. */
import { discover, openFirst, type Remctl, type Target } from '@remctl/core';
import { type Argument, commandOf } from '../arguments/from-elsewhere.js';
import type { RunMode } from '../options/options.js';
import { visible } from '../terminal/visible-controls.js';
import { isBrokenPipe, STDERR_FD, write } from '../terminal/write.js';
import { checkAsTheCClient } from './c-refusals.js';
import { dieBy, onDeadlySignal, unlessDying } from './deadly-signals.js';
import { FAILURE_STATUS } from './exit-status.js';
import { clientOf, targetOf } from './open-options.js';
import { jsonReport, type Report, textReport } from './report.js';
import { ignoreLoss, writeAnswer } from './write-answer.js';

/** What a run needs from begin to end. */
interface Run {
  readonly mode: RunMode;
  readonly command: readonly Argument[];
  readonly report: Report;
  readonly debug: (text: string) => Promise<void>;
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
  const debug = mode.connection.debug
    ? (text: string) => write(STDERR_FD, `remctl: ${visible(text)}\n`).catch(ignoreLoss)
    : async () => undefined;
  let client: Remctl | undefined;
  const progress = () => ({ commandState: client?.commandState ?? 'not-sent' }) as const;
  let stopWatch: () => void = () => undefined;
  try {
    checkAsTheCClient(mode);
    const command = await commandOf(mode);
    const controller = new AbortController();
    stopWatch = onDeadlySignal((signal) => {
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
  }
}

async function sendCommand(run: Run): Promise<number> {
  const { mode, command, report, debug, signal, onClient } = run;
  const client = await clientOf(mode.connection);
  onClient(client);
  try {
    await open(client, run);
    await debug(`open; sending a command of ${command.length} arguments`);
    return await writeAnswer(client.run(command, { signal }), { report, debug });
  } finally {
    await client.close();
  }
}

type Opening = Pick<Run, 'mode' | 'debug' | 'signal'>;

async function open(client: Remctl, { mode, debug, signal }: Opening): Promise<void> {
  const { connection, server } = mode;
  const opening = (target: Target) => {
    const port = target.port ? `port ${target.port}` : 'port 4373 or 4444';
    const principal = connection.service ?? `host/${target.host}`;
    return debug(`${client.backend}: opening ${target.host}, ${port}, as ${principal}`);
  };
  if (server.type === 'host') {
    const target = targetOf(server.host, connection);
    await opening(target);
    await client.open({ ...target, signal });
    return;
  }
  const { timeout } = connection;
  const found = await discover(server.domain, { signal, ...(timeout > 0 ? { timeout } : {}) });
  // A record's name is the server's own; -p overrides its port, -s its principal.
  const targets = found.map(({ host, port }) => ({
    ...targetOf(host, connection),
    port: connection.port ?? port,
  }));
  await debug(`${server.domain} has ${targets.length} servers`);
  const chosen = await openFirst(client, targets, {
    signal,
    onFailed: (target, error) => {
      const reason = error instanceof Error ? error.message : String(error);
      // If standard error has gone, the next write says so.
      debug(`${target.host} (port ${target.port}): ${reason}`).catch(() => undefined);
    },
  });
  await debug(`open on ${chosen.host}, port ${chosen.port}`);
}
