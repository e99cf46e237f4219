// Runs conformance cases on the prebuilt addon of this machine, as memory/run.mjs does.
//
// The package's own folder has an addon that was built here, which comes first: this is a copy
// without one. All arguments are those of memory/run.mjs, but for the folder.
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyPackage } from './build-copy.mjs';

const PREBUILDS = fileURLToPath(new URL('../prebuilds', import.meta.url));
const PROGRAM = fileURLToPath(new URL('./run.mjs', import.meta.url));

const folder = copyPackage('prebuilt');
cpSync(PREBUILDS, join(folder, 'prebuilds'), { recursive: true });
const args = [PROGRAM, folder, ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
