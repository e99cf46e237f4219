// Runs cases and sudden ends on an addon for a tool.
//
// `pnpm --filter @remctl/native-backend asan` (or tsan, valgrind) starts it. It runs the
// conformance cases in both protocols, the hostile servers, and memory/ends.mjs. Arguments after
// the tool's name are ids of cases for memory/run.mjs; without any, all cases run.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCopy } from './build-copy.mjs';
import { TOOLS } from './tools.mjs';

const [name, ...wanted] = process.argv.slice(2);
const tool = TOOLS[name];
if (tool === undefined) {
  console.error(`usage: node memory/main.mjs ${Object.keys(TOOLS).join('|')} [case...]`);
  process.exit(2);
}

/**
 * Runs one of this folder's programs under the tool. Returns whether the program succeeded and the
 * tool reported nothing. `leaks` is false for a process that ends in the middle of its work: what
 * it holds then is no leak.
 */
function run(folder, title, program, args, leaks = true) {
  const reports = join(folder, 'reports', title.replace(/\W+/g, '-'));
  mkdirSync(reports, { recursive: true });
  const started = performance.now();
  const path = fileURLToPath(new URL(program, import.meta.url));
  const [command, ...commandArguments] = [
    ...[...tool.command(reports, leaks), process.execPath, ...tool.node],
    ...[path, folder, ...args],
  ];
  const { status, signal, error } = spawnSync(command, commandArguments, {
    env: {
      ...process.env,
      REMCTL_CYCLES: String(tool.cycles),
      REMCTL_WATCHED_BY: name,
      ...tool.environment(reports, leaks),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const faults = tool.faults(reports);
  for (const fault of faults) {
    console.log(fault);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const end = error ?? signal ?? `exit status ${status}`;
  console.log(`${name}, ${title}: ${end}, ${faults.length} reports, ${seconds} s\n`);
  return status === 0 && faults.length === 0;
}

try {
  console.log(`${tool.what}: building the addon for it`);
  const folder = buildCopy(name, tool.flags);
  const results = [
    run(folder, 'protocol 2', 'run.mjs', wanted),
    run(folder, 'protocol 1', 'run.mjs', ['--protocol', '1', ...wanted]),
    run(folder, 'hostile servers', 'run.mjs', ['--suite', 'hostile', ...wanted]),
    run(folder, 'forgotten clients and ended workers', 'ends.mjs', []),
    run(folder, 'process.exit', 'ends.mjs', ['--exit'], false),
  ];
  process.exitCode = results.every(Boolean) ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
