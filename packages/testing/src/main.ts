#!/usr/bin/env node
/** The program `remctl-test-realm`: reads its command line, then runs a realm. */
import { readFileSync } from 'node:fs';
import { parse } from './command/options.js';
import { runCommand } from './command/run-command.js';
import { write } from './command/write.js';

const packageFile = new URL('../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8'));

const parsed = parse(process.argv.slice(2), version);
if (parsed.type === 'print') {
  await write(process.stdout, parsed.stdout);
  await write(process.stderr, parsed.stderr);
  process.exitCode = parsed.status;
} else {
  process.exitCode = await runCommand(parsed.options);
}
