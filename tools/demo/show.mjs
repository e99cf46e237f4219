// Prints the demo's text, and the output of programs as it comes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { environment } from '../steps.mjs';

/** Prints a line. */
export const print = (text = '') => console.log(text);
/** Prints the title of a part. */
export const heading = (text) => print(`\n--- ${text}\n`);
/** Indents every line that is not empty. */
export const indent = (text) => text.replace(/^(?=.)/gm, '    ').trimEnd();

/** Breaks a long text into indented lines. */
export const wrap = (text) => text.replace(/(.{1,96})(?:\s|$)/g, '  $1\n').trimEnd();

/** Prints each line of a stream as it comes. Settles at the stream's end. */
async function printLines(stream, prefix) {
  for await (const line of createInterface({ input: stream })) {
    print(indent(`${prefix}${line}`));
  }
}

/**
 * Runs a program in a realm, prints each line of its output behind `prefix` as it comes, and returns what
 * became of the program: `exit status 0`. If `signal` aborts, it ends the program, and then returns too.
 */
export async function run(program, args, { env, prefix = '', signal }) {
  const child = spawn(program, args, {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => child.kill();
  signal.addEventListener('abort', end);
  const [[status, endedBy]] = await Promise.all([
    once(child, 'close'),
    printLines(child.stdout, prefix),
    printLines(child.stderr, `${prefix}(standard error) `),
  ]);
  signal.removeEventListener('abort', end);
  return endedBy === null ? `exit status ${status}` : `ended by ${endedBy}`;
}

/**
 * Runs a program as `run` does. Prints the command that a user would type before it. Rejects if `signal`
 * aborts.
 */
export async function show(typed, program, args, options) {
  options.signal.throwIfAborted();
  print(`  $ ${typed}`);
  const ending = await run(program, args, options);
  options.signal.throwIfAborted();
  print(`    [${ending}]\n`);
}
