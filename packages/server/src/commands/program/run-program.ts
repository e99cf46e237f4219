/** Runs a program as a command. */
import { ErrorCode } from '@remctl/core';
import { INTERNAL_FAILURE, INVALID_COMMAND, TIMED_OUT } from '../../error-texts.js';
import { systemErrorCode } from '../../file/system-error.js';
import type { Call, Outcome, Run } from '../prepared-command.js';
import { endGroup } from './end-group.js';
import { endWithProcess } from './end-with-process.js';
import { forwardOutput } from './forward-output.js';
import { type Launch, programEnvironment } from './launch.js';
import type { ProgramUser } from './program-user.js';
import type { FindHost } from './remote-host.js';
import { type Running, type StartFailure, startProgram } from './start-program.js';

const MS_PER_SECOND = 1_000;

/** The status of a program that could not be executed: remctld's child exits with -1. */
const NOT_EXECUTED_STATUS = 255;

/** What a program that does not read its standard input makes of what is written there. */
const NOT_READ = ['EPIPE', 'ECONNRESET'];

/** What a program needs besides its launch. */
export interface ProgramSettings {
  readonly keytab: string;
  readonly user: ProgramUser | undefined;
  /** Seconds. */
  readonly timeout: number | undefined;
  readonly findHost: FindHost;
}

/** How a run ended early. */
type Interruption = 'aborted' | 'timed out' | 'broken';

function notStarted({ kind, code }: StartFailure, file: string, call: Call): Outcome {
  switch (kind) {
    case 'execute':
      call.fail(
        `cannot execute command: ${code}`,
        new Error(`${file} cannot be executed: ${code}`),
      );
      return { type: 'status', status: NOT_EXECUTED_STATUS };
    case 'room':
      call.fail(`cannot start a process: ${code}`, new Error(`${file} cannot be started: ${code}`));
      return { type: 'error', code: ErrorCode.ERROR_INTERNAL, message: INTERNAL_FAILURE };
    case 'bytes':
      call.fail(
        'an argument is not UTF-8, and only a system with /usr/bin/perl can hand it to a program',
        new Error('install perl, or let the command take the argument on standard input (stdin)'),
      );
      return { type: 'error', code: ErrorCode.ERROR_BAD_COMMAND, message: INVALID_COMMAND };
  }
}

/** Writes the input, and ends it. A program need not read it. */
function feed(
  { stdin }: Running,
  input: Uint8Array | undefined,
  onError: (error: Error) => void,
): void {
  if (stdin === undefined || input === undefined) {
    return;
  }
  stdin.on('error', (error) => {
    if (!NOT_READ.includes(systemErrorCode(error) ?? '')) {
      onError(error);
    }
  });
  stdin.end(input);
}

/** Watches a running program until it has ended and its output is sent, or until it is interrupted. */
async function watch(
  running: Running,
  launch: Launch,
  call: Call,
  timeout: number | undefined,
): Promise<Outcome> {
  const { output, signal } = call;
  const forwarding = forwardOutput(running, output);
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  let isRunning = true;

  const interrupted = new Promise<Interruption>((resolve) => {
    onAbort = () => resolve('aborted');
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
    }
    if (timeout !== undefined) {
      timer = setTimeout(resolve, timeout * MS_PER_SECOND, 'timed out' as const);
    }
    feed(running, launch.input, (error) => {
      call.fail('write to standard input failed', error);
      resolve('broken');
    });
  });
  const ended = (async (): Promise<Outcome> => {
    const status = await running.exited;
    isRunning = false;
    const failure = await running.failed;
    if (failure !== undefined) {
      return notStarted(failure, launch.file, call);
    }
    await forwarding.drain();
    return status === undefined ? { type: 'killed' } : { type: 'status', status };
  })();

  const outcome = await Promise.race([ended, interrupted]);
  clearTimeout(timer);
  signal.removeEventListener('abort', onAbort);
  running.stdin?.destroy();
  if (typeof outcome !== 'string') {
    forwarding.close();
    return outcome;
  }
  const stopped = output.stop();
  forwarding.close();
  // A background process of a program that has ended lives on, as with remctld.
  call.until(isRunning ? endGroup(running) : Promise.resolve());
  if (outcome === 'aborted') {
    return { type: 'aborted' };
  }
  if (outcome === 'timed out') {
    const reason = `it took longer than its time-out of ${timeout} seconds`;
    call.fail(reason, new Error(`${launch.file} is ended: ${reason}`));
  }
  await stopped;
  const message = outcome === 'timed out' ? TIMED_OUT : INTERNAL_FAILURE;
  return { type: 'error', code: ErrorCode.ERROR_INTERNAL, message };
}

/**
 * Makes the run of a program. `launchOf` says what is started for a call.
 *
 * The program ends with its connection, and with its time-out: see `endGroup`.
 */
export function programRun(launchOf: (call: Call) => Launch, settings: ProgramSettings): Run {
  const { keytab, user, timeout, findHost } = settings;
  return async (call) => {
    const { client, signal } = call;
    const host = await findHost(client.address);
    if (signal.aborted) {
      return { type: 'aborted' };
    }
    const launch = launchOf(call);
    const started = await startProgram(launch, programEnvironment(client, host, keytab), user);
    if ('kind' in started) {
      return notStarted(started, launch.file, call);
    }
    endWithProcess(started);
    return watch(started, launch, call, timeout);
  };
}
