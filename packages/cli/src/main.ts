#!/usr/bin/env node
/** The program `remctl`: reads its command line, and loads what the command line asks for. */
import type { Mode } from './options/options.js';
import { parse } from './options/parse.js';
import { dieBy } from './run/deadly-signals.js';
import { FAILURE_STATUS } from './run/exit-status.js';
import { visible } from './terminal/visible-controls.js';
import { isBrokenPipe, STDERR_FD, STDOUT_FD, write } from './terminal/write.js';
import { version } from './version.js';

/** Does what the command line asks for, and returns the exit status. */
async function runMode(mode: Mode): Promise<number> {
  switch (mode.type) {
    case 'run':
      return (await import('./run/run-entry.js')).runCommand(mode);
    case 'hosts':
      return (await import('./hosts/hosts-entry.js')).runHosts(mode);
    case 'shell':
      return (await import('./shell/shell-entry.js')).runShell(mode);
    case 'doctor':
      return (await import('./doctor/doctor-entry.js')).runDoctor(mode);
    case 'completion':
      return (await import('./help/completion-entry.js')).printCompletion(mode.shell);
    case 'print':
      await write(STDOUT_FD, mode.stdout);
      await write(STDERR_FD, visible(mode.stderr));
      return mode.status;
  }
}

/** Ends as by SIGPIPE if the reader has gone, else says what failed; never with a stack of this program. */
async function fail(error: unknown): Promise<number> {
  if (isBrokenPipe(error)) {
    return dieBy('SIGPIPE');
  }
  const message = error instanceof Error ? error.message : String(error);
  // If standard error takes nothing either, the status alone can tell.
  await write(STDERR_FD, `remctl: ${visible(message)}\n`).catch(() => undefined);
  return FAILURE_STATUS;
}

process.on('uncaughtException', async (error) => process.exit(await fail(error)));
// The bundle is CommonJS, where no `await` may stand out here.
runMode(parse(process.argv.slice(2), version()))
  .catch(fail)
  .then((status) => {
    process.exitCode = status;
  });
