// Runs one command with a keytab, for a scheduler.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createClient,
  RemctlAuthenticationError,
  RemctlNetworkError,
  RemctlTimeoutError,
  STDOUT,
} from '@remctl/core';
import { readSettings } from './settings.mjs';

/** The exit statuses, with the names that sysexits.h gives the last three. */
const EXIT = {
  done: 0,
  /** The command has run and failed, or the server refused it. */
  failed: 1,
  /** EX_SOFTWARE: the command was sent and has no result. It may have run: look before it runs again. */
  unknown: 70,
  /** EX_TEMPFAIL: nothing was sent. It is safe to run this again. */
  notSent: 75,
  /** EX_CONFIG: a setting is wrong. */
  settings: 78,
};

/** Pauses between tries double up to this many seconds. */
const LONGEST_PAUSE_S = 300;
const MS_PER_SECOND = 1000;

/** Failures that may pass: the network, a silent server or KDC, a key that is being changed. */
const PASSING = [RemctlNetworkError, RemctlTimeoutError, RemctlAuthenticationError];

/**
 * Runs the command once and writes its output. Returns the exit status, or undefined if nothing was sent and
 * another try may go better.
 *
 * @param {import('./settings.mjs').Settings} settings
 * @param {AbortSignal} signal
 */
async function runOnce({ target, clientOptions, command }, signal) {
  const client = await createClient(undefined, clientOptions);
  try {
    await client.open({ ...target, signal });
    const run = client.run(command, { signal });
    for await (const token of run) {
      if (token.type === 'output') {
        const stream = token.stream === STDOUT ? process.stdout : process.stderr;
        if (!stream.write(token.output)) {
          await once(stream, 'drain');
        }
      }
    }
    const status = await run.status;
    if (status !== 0) {
      console.error(`the command ended with status ${status}`);
    }
    return status === 0 ? EXIT.done : EXIT.failed;
  } catch (error) {
    const state = client.commandState;
    console.error(`${state}: ${error instanceof Error ? error.message : error}`);
    if (state === 'not-sent') {
      const mayPass = signal.aborted || PASSING.some((passing) => error instanceof passing);
      return mayPass ? undefined : EXIT.settings;
    }
    return state === 'finished' ? EXIT.failed : EXIT.unknown;
  } finally {
    await client.close();
  }
}

/**
 * Waits, but not beyond an abort.
 *
 * @param {number} seconds
 * @param {AbortSignal} signal
 */
async function pauseFor(seconds, signal) {
  try {
    await sleep(seconds * MS_PER_SECOND, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}

/**
 * Runs the command, and tries again only while nothing was sent.
 *
 * @param {import('./settings.mjs').Settings} settings
 * @param {AbortSignal} signal
 */
async function run(settings, signal) {
  const { tries, pause } = settings;
  for (let attempt = 1; attempt <= tries && !signal.aborted; attempt += 1) {
    const status = await runOnce(settings, signal);
    if (status !== undefined) {
      return status;
    }
    if (attempt < tries && !signal.aborted) {
      const seconds = Math.min(pause * 2 ** (attempt - 1), LONGEST_PAUSE_S);
      console.error(`trying again in ${seconds} s`);
      await pauseFor(seconds, signal);
    }
  }
  return EXIT.notSent;
}

// A container or a unit that is stopped: the command's connection ends, and the status says what is known.
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort(new Error('stopped')));
try {
  process.exitCode = await run(readSettings(process.env, process.argv.slice(2)), stop.signal);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = EXIT.settings;
}
