// Running other programs, and telling what is done and why: a line for each step.
import { spawn, spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Where pnpm goes when the machine has none: nothing is installed globally. */
export const TOOLS_FOLDER = join(ROOT, '.tools');

/** The environment of what is run here: the project's own pnpm first, and nothing sent anywhere. */
export function environment(more = {}) {
  const bin = join(TOOLS_FOLDER, 'node_modules', '.bin');
  return {
    ...process.env,
    PATH: [bin, join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    ...more,
  };
}

export function say(text) {
  console.log(`==> ${text}`);
}

/** Ends this process with a message that says what to do. */
export function stop(text) {
  console.error(`\n${text}`);
  process.exit(1);
}

/** Runs a program, its output hidden unless it fails. Gives whether it succeeded. */
export function quietly(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    env: environment(),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
  if (result.status === 0) {
    return true;
  }
  console.error(`${command} ${args.join(' ')}`);
  console.error(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`);
  return false;
}

/** Whether a program can be run at all. */
export function has(command, args = ['--version']) {
  return spawnSync(command, args, { env: environment(), stdio: 'ignore' }).status === 0;
}

/** Runs a program with its output shown. Gives its exit status. */
export function loudly(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: environment(),
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
