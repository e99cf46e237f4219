/** The addon's declarations of libremctl and libkrb5 are those of the real headers. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const NATIVE = fileURLToPath(new URL('../native', import.meta.url));
const CHECK = fileURLToPath(new URL('./fixture/header-check.cc', import.meta.url));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-headers-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Compiles the comparison, with the addon's declarations of a folder. Returns what the compiler says. */
function compile(declarations: string): string {
  const args = ['-std=c++17', '-fsyntax-only', '-Wall', '-Wextra', '-I', declarations, CHECK];
  const { status, stderr, error } = spawnSync('c++', args, { encoding: 'utf8' });
  return error === undefined ? `${status}\n${stderr}` : String(error);
}

/** Compiles the comparison with declarations of which one is wrong. */
function compileWith(file: string, right: string, wrong: string): string {
  cpSync(NATIVE, folder, { recursive: true });
  const text = readFileSync(join(NATIVE, file), 'utf8');
  expect(text).toContain(right);
  writeFileSync(join(folder, file), text.replace(right, wrong));
  return compile(folder);
}

test('every function, struct and number is as the headers declare it', () => {
  expect(compile(NATIVE)).toBe('0\n');
});

test('a function with another result is noticed', () => {
  const said = compileWith('library-functions.inc', '(int, remctl_noop', '(long, remctl_noop');
  expect(said).toMatch(/^1\n.*conflicting declaration.*remctl_noop/s);
});

test('a struct without one of its members is noticed', () => {
  expect(compileWith('libkrb5.h', '  void *addresses;\n', '')).toMatch(/^1\n.*addresses/s);
});
