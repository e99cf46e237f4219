/**
 * The program of `npm run fuzz [target...] [seconds]`.
 *
 * It fuzzes the named targets one after the other, or all targets if no name is given. Each target
 * gets the given seconds, or 60. The program keeps the inputs that cover more than earlier ones. It
 * also keeps every finding: `npm test` then fails until the finding is fixed. The exit status is 0
 * without findings, 1 with findings, 2 if a target is unknown.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCorpus, targetNames, targetPath, writeCorpus } from './corpus.js';
import { fuzzerEnvironment } from './old-glibc.js';

const BUILD = fileURLToPath(new URL('../build/', import.meta.url));
const DEFAULT_SECONDS = 60;
/**
 * Bytes of the longest input: enough to show a parser whose time grows as the square of its input.
 */
const MAX_INPUT = 65_536;
/** Bytes of the longest kept input; longer ones are cut, so that the corpora stay small. */
const MAX_KEPT_INPUT = 4096;
/** Milliseconds for one input; more is a finding. */
const INPUT_TIMEOUT_MS = 5000;
/** Path parts of the code that is instrumented: our own. */
const INSTRUMENTED = [
  'packages/krb5/dist',
  'packages/pure-backend/dist',
  'packages/server/dist',
  'packages/testing/dist',
];

const cli = join(createRequire(import.meta.url).resolve('@jazzer.js/core'), '..', 'cli.js');
const made = mkdtempSync(join(tmpdir(), 'remctl-fuzz-'));
process.on('exit', () => rmSync(made, { recursive: true }));
const env = { ...process.env, ...fuzzerEnvironment(made) };

function filesOf(folder: string): Buffer[] {
  return readdirSync(folder).map((file) => readFileSync(join(folder, file)));
}

function emptyFolder(name: string, part: string): string {
  const folder = join(BUILD, name, part);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Runs the fuzzer. Returns false if its exit status is not 0. */
function fuzzer(name: string, folders: readonly string[], flags: readonly string[]): boolean {
  const args = [cli, targetPath(name), ...folders, '--timeout', String(INPUT_TIMEOUT_MS)];
  // The fuzzer's synchronous mode does not wait for the promise of an asynchronous target.
  if (!/async function fuzz/.test(readFileSync(targetPath(name), 'utf8'))) {
    args.push('--sync');
  }
  args.push('--disableBugDetectors', '.*');
  args.push(...INSTRUMENTED.flatMap((path) => ['--includes', path]));
  const { status, error } = spawnSync(process.execPath, [...args, '--', ...flags], {
    stdio: 'inherit',
    env,
  });
  if (error !== undefined) {
    throw error;
  }
  return status === 0;
}

/** Fuzzes one target. Returns false if there was a finding. */
function fuzzTarget(name: string, seconds: number): boolean {
  const inputs = emptyFolder(name, 'inputs');
  const findings = emptyFolder(name, 'findings');
  const kept = readCorpus(name);
  for (const [at, input] of kept.entries()) {
    writeFileSync(join(inputs, String(at)), input);
  }
  const well = fuzzer(
    name,
    [inputs],
    [
      `-max_total_time=${seconds}`,
      `-max_len=${MAX_INPUT}`,
      `-artifact_prefix=${findings}/`,
      '-print_final_stats=1',
    ],
  );
  const found = filesOf(findings);
  if (!well && found.length === 0) {
    throw new Error(
      `the fuzzer of ${name} ended before its time without a finding: see its output above`,
    );
  }
  const smallest = emptyFolder(name, 'smallest');
  const merged = fuzzer(name, [smallest, inputs], ['-merge=1', `-max_len=${MAX_KEPT_INPUT}`]);
  if (!merged) {
    throw new Error(
      `the inputs of ${name} could not be merged: its corpus is unchanged, see the output above`,
    );
  }
  const corpus = [...filesOf(smallest), ...found];
  writeCorpus(name, corpus);
  const bytes = corpus.reduce((sum, { length }) => sum + length, 0);
  console.log(`${name}: ${found.length} findings; kept ${corpus.length} inputs, ${bytes} bytes`);
  return found.length === 0;
}

const given = process.argv.slice(2).filter((argument) => argument !== '--');
const seconds = Number(given.find((argument) => /^\d+$/.test(argument)) ?? DEFAULT_SECONDS);
const named = given.filter((argument) => !/^\d+$/.test(argument));
const unknown = named.filter((name) => !targetNames().includes(name));
if (unknown.length > 0) {
  console.error(
    `there is no target ${unknown.join(', ')}; the targets are ${targetNames().join(', ')}`,
  );
  process.exit(2);
}
const results = (named.length > 0 ? named : targetNames()).map((name) => fuzzTarget(name, seconds));
process.exitCode = results.every(Boolean) ? 0 : 1;
