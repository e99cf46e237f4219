#!/usr/bin/env node
/** The program `remctl`: reads its command line, then runs the command. */
import { readFileSync } from 'node:fs';
import { parse } from './options.js';
import { runCommand } from './run-command.js';
import { visible } from './visible-controls.js';
import { write } from './write.js';

const packageFile = new URL('../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8'));

const parsed = parse(process.argv.slice(2), version);
if (parsed.type === 'print') {
  await write(process.stdout, parsed.stdout);
  await write(process.stderr, visible(parsed.stderr));
  process.exitCode = parsed.status;
} else {
  process.exitCode = await runCommand(parsed.options);
}
