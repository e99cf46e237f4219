/**
 * `pnpm fuzz [target...] [seconds]`: runs targets one after the other, every one where none is named, each for
 * that long (60 seconds without), and keeps what covers more than was covered before. An input that was a
 * finding is kept too: `npm test` then fails until it is none any more.
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
/** Inputs grow up to this: a parser that takes time by the square of it is seen to hang. */
const MAX_INPUT = 65_536;
/** Longer inputs are cut to this before they are kept, so that the corpora stay small. */
const MAX_KEPT_INPUT = 4096;
/** Milliseconds that an input may take. */
const INPUT_TIMEOUT_MS = 5000;
/** What is instrumented: our own code, and the reader of ASN.1. */
const INSTRUMENTED = ['packages/krb5/dist', 'packages/pure-backend/dist', 'asn1-ber'];

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

/** Runs the fuzzer; false where it did not end well. */
function fuzzer(name: string, folders: readonly string[], flags: readonly string[]): boolean {
  const args = [cli, targetPath(name), ...folders, '--timeout', String(INPUT_TIMEOUT_MS)];
  // A target whose function is asynchronous returns a promise, which the synchronous mode does not wait for.
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

/** Fuzzes one target; false where there was a finding. */
function run(name: string, seconds: number): boolean {
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
    throw new Error(`the fuzzer of ${name} ended without a finding before its time`);
  }
  // The smallest set that covers the same.
  const smallest = emptyFolder(name, 'smallest');
  const merged = fuzzer(name, [smallest, inputs], ['-merge=1', `-max_len=${MAX_KEPT_INPUT}`]);
  if (!merged) {
    throw new Error(`the inputs of ${name} could not be merged: its corpus is as it was`);
  }
  const corpus = [...filesOf(smallest), ...found];
  writeCorpus(name, corpus);
  const octets = corpus.reduce((sum, { length }) => sum + length, 0);
  console.log(`${name}: ${found.length} findings; kept ${corpus.length} inputs, ${octets} octets`);
  return found.length === 0;
}

const words = process.argv.slice(2).filter((word) => word !== '--');
const seconds = Number(words.find((word) => /^\d+$/.test(word)) ?? DEFAULT_SECONDS);
const named = words.filter((word) => !/^\d+$/.test(word));
const unknown = named.filter((name) => !targetNames().includes(name));
if (unknown.length > 0) {
  console.error(`no target ${unknown.join(', ')}; there are ${targetNames().join(', ')}`);
  process.exit(2);
}
const results = (named.length > 0 ? named : targetNames()).map((name) => run(name, seconds));
process.exitCode = results.every(Boolean) ? 0 : 1;
