/**
 * The inputs that are kept of each target, in `corpus/<target>.txt`: one a line, in base64, in order, so that
 * a change of few inputs is a change of few lines.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../corpus/', import.meta.url);
const TARGETS = new URL('./targets/', import.meta.url);

/** The names of the targets. */
export function targetNames(): string[] {
  const names = readdirSync(TARGETS).map((file) => /^([^.]+)\.[jt]s$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined);
}

/** A target's module, compiled, as a path. */
export function targetPath(name: string): string {
  return fileURLToPath(new URL(`${name}.js`, TARGETS));
}

/** The inputs of a target; none where none were kept. */
export function readCorpus(name: string): Buffer[] {
  const file = new URL(`${name}.txt`, FOLDER);
  if (!existsSync(file)) {
    return [];
  }
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => Buffer.from(line, 'base64'));
}

export function writeCorpus(name: string, inputs: readonly Uint8Array[]): void {
  const lines = new Set(inputs.map((input) => Buffer.from(input).toString('base64')));
  const text = [...lines].sort().map((line) => `${line}\n`);
  writeFileSync(new URL(`${name}.txt`, FOLDER), text.join(''));
}
