/** Checks each step from a host's name to a command on its server. */
import type { Target } from '@remctl/core';
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

const DEFAULT_TIMEOUT_S = 5;

/**
 * Checks each step from a host's name to an authenticated connection, and gives the steps as they are done, each one
 * once. A step that fails does not keep those from being tried that do not need it. No command is sent, and no cache is
 * written. `verdictOf` says what the steps come to.
 *
 * Each step has `timeout` seconds (5 by default), those that ask several machines at most twice as long.
 *
 * Throws TypeError and RangeError for the options. The iteration rejects with the signal's reason.
 *
 * @example
 * for await (const { name, outcome, problem } of diagnose({ host: 'server.example.org' })) {
 *   console.log(name, outcome, problem ?? '');
 * }
 */
export async function* diagnose(
  target: Target,
  options: DiagnoseOptions = {},
): AsyncGenerator<DiagnosisStep, void, undefined> {
  const signal = options.signal ?? new AbortController().signal;
  const timeoutMs = (options.timeout || DEFAULT_TIMEOUT_S) * MS_PER_SECOND;
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
  const task: Task = { target, options, bounds: { timeoutMs, signal }, known };
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
