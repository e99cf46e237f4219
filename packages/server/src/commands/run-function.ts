/** Runs a function as a command. */
import { ErrorCode } from '@remctl/core';
import { INTERNAL_FAILURE, TIMED_OUT } from '../error-texts.js';
import type { CommandFunction, CommandRequest } from './command.js';
import { sendResult } from './function-result.js';
import { createFunctionWriter, type FunctionWriter } from './function-writer.js';
import { LazyAborter } from './lazy-aborter.js';
import type { Call, Outcome, Run } from './prepared-command.js';

/**
 * Milliseconds that a function may still take once its client has gone: it can see its signal, and end. After
 * that nobody waits for it.
 */
const GRACE_MS = 5_000;

const MS_PER_SECOND = 1_000;

/**
 * Makes what a function gets. Its signal is made when the function looks at it; it is a property of the object's own
 * all the same, so that a copy has it.
 */
function requestOf(
  { client, command }: Call,
  { stdout, stderr }: FunctionWriter,
  aborter: LazyAborter,
): CommandRequest {
  const { principal, address, expires } = client;
  return {
    command,
    principal,
    address,
    expires,
    stdout,
    stderr,
    get signal() {
      return aborter.signal;
    },
  };
}

/** Runs it to its end. Never rejects: what it threw is logged, unless nobody waits for it any more. */
async function perform(
  run: CommandFunction,
  call: Call,
  aborter: LazyAborter,
): Promise<Outcome | undefined> {
  const { output } = call;
  const writer = createFunctionWriter(output, aborter);
  const request = requestOf(call, writer, aborter);
  try {
    const result = await run(request);
    const status = await sendResult(result, output, writer, aborter);
    writer.end();
    await output.flush();
    return { type: 'status', status };
  } catch (error) {
    writer.end();
    if (aborter.aborted) {
      return undefined;
    }
    call.fail('its function threw an error', error);
    await output.flush();
    return { type: 'error', code: ErrorCode.ERROR_INTERNAL, message: INTERNAL_FAILURE };
  }
}

/**
 * Makes the run of a function. `timeout` is in seconds: when it is over, the client gets ERROR_INTERNAL, the
 * function's signal aborts, and what the function does later is ignored.
 */
export function functionRun(run: CommandFunction, timeout: number | undefined): Run {
  return (call) =>
    new Promise((resolve) => {
      const { output, signal } = call;
      const aborter = new LazyAborter();
      let timer: NodeJS.Timeout | undefined;
      let done = false;

      function finish(outcome: Outcome): void {
        if (!done) {
          done = true;
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          resolve(outcome);
        }
      }

      function onAbort(): void {
        clearTimeout(timer);
        timer = setTimeout(finish, GRACE_MS, { type: 'aborted' });
        timer.unref();
        aborter.abort(signal.reason);
      }

      async function onTimeout(): Promise<void> {
        done = true;
        signal.removeEventListener('abort', onAbort);
        const reason = `it took longer than its time-out of ${timeout} seconds`;
        const error = new DOMException(`the command is ended: ${reason}`, 'TimeoutError');
        aborter.abort(error);
        call.fail(reason, error);
        await output.stop();
        resolve({ type: 'error', code: ErrorCode.ERROR_INTERNAL, message: TIMED_OUT });
      }

      signal.addEventListener('abort', onAbort, { once: true });
      if (timeout !== undefined) {
        timer = setTimeout(onTimeout, timeout * MS_PER_SECOND);
      }
      void perform(run, call, aborter).then((outcome) => finish(outcome ?? { type: 'aborted' }));
    });
}

/** Makes the run of a text: the client gets it on standard output. */
export function textRun(text: string): Run {
  return functionRun(() => text, undefined);
}
