/** Checks each step from a host's name to a command on its server. */
import { setMaxListeners } from 'node:events';
import { type CheckedTarget, checkTarget, Remctl, type Target } from '@remctl/core';
import { CLIENT, checkOptionNames, optionNames, TARGET_OPTIONS } from '@remctl/core/option-names';
import { createPureBackend } from '../backend.js';
import type { Bounds } from '../bounded.js';
import type { DiagnosisStep } from './diagnosis.js';
import { checkAuthentication } from './steps/authentication.js';
import { checkClock } from './steps/clock.js';
import { checkConfiguration } from './steps/configuration.js';
import { checkConnection } from './steps/connection.js';
import { checkCredentials } from './steps/credentials.js';
import { checkKdcs } from './steps/kdcs.js';
import { checkName } from './steps/name.js';
import { checkNoop } from './steps/noop.js';
import { checkServiceTicket } from './steps/service-ticket.js';
import { type DiagnoseOptions, type Known, MS_PER_SECOND, type Task } from './task.js';

const OPTIONS = optionNames(['backend', 'signal', ...CLIENT]);
const DEFAULT_TIMEOUT_S = 5;
/** A day: some steps take twice their time, and timers take 24 days. */
const LONGEST_STEP_MS = 24 * 60 * 60 * MS_PER_SECOND;

/**
 * Checks each step from a host's name to an authenticated connection, and gives the steps as they are done, each one
 * once. A step that fails does not keep those from being tried that do not need it. No command is sent, and no cache is
 * written. `verdictOf` says what the steps come to.
 *
 * Each step has `timeout` seconds (5 by default, a day at most), those that ask several machines at most twice as long.
 *
 * Throws TypeError and RangeError for the target and the options at once. The iteration rejects with the signal's reason.
 *
 * @example
 * for await (const { name, outcome, problem } of diagnose({ host: 'server.example.org' })) {
 *   console.log(name, outcome, problem ?? '');
 * }
 */
export function diagnose(
  target: Target,
  options: DiagnoseOptions = {},
): AsyncGenerator<DiagnosisStep, void, undefined> {
  const checked = checkTarget(target);
  checkOptionNames("diagnose()'s target", target, TARGET_OPTIONS);
  checkOptionNames('diagnose()', options, OPTIONS);
  const { backend: _, signal: given, ...clientOptions } = options;
  // The steps have many listeners, and many diagnoses may share the caller's signal: Node would warn of a leak.
  const signal = AbortSignal.any(given === undefined ? [] : [given]);
  setMaxListeners(0, signal);
  // The pure backend takes every kind of credentials; the other backend says in its own step what it does not take.
  new Remctl(createPureBackend(), clientOptions);
  const wantedMs = (options.timeout || DEFAULT_TIMEOUT_S) * MS_PER_SECOND;
  const timeoutMs = Math.min(wantedMs, LONGEST_STEP_MS);
  return stepsTo(checked, options, { timeoutMs, signal });
}

async function* stepsTo(
  target: CheckedTarget,
  options: DiagnoseOptions,
  bounds: Bounds,
): AsyncGenerator<DiagnosisStep, void, undefined> {
  const known: Known = {
    host: target.host,
    resolved: undefined,
    connections: [],
    config: undefined,
    credentials: undefined,
    kdcs: [],
    hasServiceTicket: false,
    client: undefined,
  };
  const task: Task = { target, options, bounds, known };
  try {
    yield await checkName(task);
    yield await checkConnection(task);
    yield await checkConfiguration(task);
    yield await checkCredentials(task);
    yield await checkKdcs(task);
    yield await checkClock(task);
    yield await checkServiceTicket(task);
    yield await checkAuthentication(task);
    yield await checkNoop(task);
  } finally {
    await known.client?.close();
  }
}
