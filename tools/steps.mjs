// Runs programs for the tools, and prints a line a step.
import { spawn, spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * The folder for programs of this project only, such as pnpm and Heimdal: nothing is installed
 * globally.
 */
export const TOOLS_FOLDER = join(ROOT, '.tools');

/**
 * Returns the environment for programs: the project's own pnpm comes first, and turbo sends no
 * telemetry.
 */
export function environment(more = {}) {
  const bin = join(TOOLS_FOLDER, 'node_modules', '.bin');
  return {
    ...process.env,
    PATH: [bin, join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    ...more,
  };
}

/** Prints the line of a step. */
export function say(text) {
  console.log(`==> ${text}`);
}

/** Prints a message that says what to do, and ends this process with status 1. */
export function stop(text) {
  console.error(`\n${text}`);
  process.exit(1);
}

/** Bytes of a program's output that are kept at most. */
const MAX_OUTPUT = 1 << 28;

/** Programs that are scripts on Windows, where only a shell starts them. */
const SCRIPTS = ['npm', 'pnpm', 'turbo', 'biome', 'changeset'];

/** Returns the options of every program: it runs in the project's folder. */
function commonOptions(command) {
  const shell = process.platform === 'win32' && SCRIPTS.includes(command);
  return { cwd: ROOT, env: environment(), shell };
}

/** Runs a program and prints its output only if it fails. Returns whether it succeeded. */
export function quietly(command, args, options = {}) {
  const result = spawnSync(command, args, {
    ...commonOptions(command),
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT,
    ...options,
  });
  if (result.status === 0) {
    return true;
  }
  console.error(`${command} ${args.join(' ')}`);
  console.error(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`);
  return false;
}

/** Returns a program's standard output, trimmed; undefined if the program cannot be run. */
export function outputOf(command, args) {
  const result = spawnSync(command, args, { ...commonOptions(command), encoding: 'utf8' });
  return result.stdout?.trim();
}

/** Returns whether a program can be run. */
export function has(command, args = ['--version']) {
  return spawnSync(command, args, { ...commonOptions(command), stdio: 'ignore' }).status === 0;
}

/**
 * Runs a program and shows its output. Returns its exit status; 1 if it did not start or a signal
 * ended it.
 */
export function loudly(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...commonOptions(command),
      stdio: ['ignore', 'inherit', 'inherit'],
      ...options,
    });
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (status) => resolve(status ?? 1));
  });
}
