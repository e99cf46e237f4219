/**
 * Reads and writes the corpora: the kept inputs of each target.
 *
 * A corpus is the file `corpus/<target>.txt`. Each line is one input in base64. The lines are
 * sorted, so that a change of few inputs changes few lines.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../corpus/', import.meta.url);
const TARGETS = new URL('./targets/', import.meta.url);

/** Returns the names of all targets. */
export function targetNames(): string[] {
  const names = readdirSync(TARGETS).map((file) => /^([^.]+)\.[jt]s$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined);
}

/** Returns the path of a target's compiled module. */
export function targetPath(name: string): string {
  return fileURLToPath(new URL(`${name}.js`, TARGETS));
}

/** Returns the kept inputs of a target; an empty list if it has no corpus. */
export function readCorpus(name: string): Buffer[] {
  const file = new URL(`${name}.txt`, FOLDER);
  if (!existsSync(file)) {
    return [];
  }
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => Buffer.from(line, 'base64'));
}

/** Replaces a target's corpus. Equal inputs are written once. */
export function writeCorpus(name: string, inputs: readonly Uint8Array[]): void {
  const lines = new Set(inputs.map((input) => Buffer.from(input).toString('base64')));
  const text = [...lines].sort().map((line) => `${line}\n`);
  writeFileSync(new URL(`${name}.txt`, FOLDER), text.join(''));
}
