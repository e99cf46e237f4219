/** A check of each step to a server. */
import { type DiagnosisStep, diagnose, verdictOf } from '@remctl/pure-backend/doctor';
import type { DoctorMode } from '../options/options.js';
import { onDeadlySignal, unlessDying } from '../run/deadly-signals.js';
import { FAILURE_STATUS } from '../run/exit-status.js';
import { backendOf, clientOptionsOf, targetOf } from '../run/open-options.js';
import { jsonError, jsonLine, jsonTime } from '../terminal/json-lines.js';
import { visible } from '../terminal/visible-controls.js';
import { isOutputError, STDERR_FD, STDOUT_FD, write } from '../terminal/write.js';
import { stepText, verdictText } from './step-text.js';

/**
 * Prints each step as it is done, then the verdict. Returns 0 if a command could be sent, else 1. With --json each step
 * is an object, and so is the verdict.
 */
export async function runDoctor(mode: DoctorMode): Promise<number> {
  const { connection, host, json } = mode;
  const steps: DiagnosisStep[] = [];
  const controller = new AbortController();
  const tell = (text: string, object: object) => write(STDOUT_FD, json ? jsonLine(object) : text);
  const tellVerdict = () => {
    const { isUsable, step } = verdictOf(steps);
    return tell(verdictText(host, { isUsable, step }), {
      type: 'verdict',
      time: jsonTime(),
      host,
      isUsable,
      ...(step === undefined
        ? {}
        : { step: step.name, problem: step.problem, advice: step.advice }),
    });
  };
  const stopWatch = onDeadlySignal(async (signal) => {
    controller.abort(new Error(`ended by ${signal}`));
    await write(STDERR_FD, `remctl: ended by ${signal}: no command was sent\n`);
  });
  try {
    const found = diagnose(targetOf(host, connection), {
      ...clientOptionsOf(connection),
      backend: backendOf(connection),
      signal: controller.signal,
    });
    for await (const step of found) {
      steps.push(step);
      await tell(stepText(step), { type: 'step', time: jsonTime(), host, ...step });
    }
    await tellVerdict();
    return verdictOf(steps).isUsable ? 0 : FAILURE_STATUS;
  } catch (error) {
    await unlessDying();
    if (isOutputError(error)) {
      throw error;
    }
    const message = error instanceof Error ? error.message : String(error);
    await (json
      ? write(STDOUT_FD, jsonLine(jsonError(error)))
      : write(STDERR_FD, `remctl: ${visible(message)}\n`));
    return FAILURE_STATUS;
  } finally {
    await unlessDying();
    stopWatch();
  }
}
