#!/usr/bin/env node
/** The program `remctl`: reads its command line, and loads what the command line asks for. */
import { readFileSync } from 'node:fs';
import type { Mode } from './options/options.js';
import { parse } from './options/parse.js';
import { runCommand } from './run/run-command.js';
import { visible } from './terminal/visible-controls.js';
import { write } from './terminal/write.js';

/** Does what the command line asks for, and returns the exit status. */
async function runMode(mode: Mode): Promise<number> {
  switch (mode.type) {
    case 'run':
      return runCommand(mode);
    case 'hosts':
      return (await import('./hosts/hosts-entry.js')).runHosts(mode);
    case 'shell':
      return (await import('./shell/shell-entry.js')).runShell(mode);
    case 'doctor':
      return (await import('./doctor/doctor-entry.js')).runDoctor(mode);
    case 'completion':
      return (await import('./help/completion-entry.js')).printCompletion(mode.shell);
    case 'print':
      await write(process.stdout, mode.stdout);
      await write(process.stderr, visible(mode.stderr));
      return mode.status;
  }
}

const packageFile = new URL('../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8'));
process.exitCode = await runMode(parse(process.argv.slice(2), version));
