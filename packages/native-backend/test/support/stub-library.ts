/** Shared libraries without content, in place of libremctl and libkrb5. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LIST = new URL('../../native/library-functions.inc', import.meta.url);

/** A library to be made. */
export interface Stub {
  /** The file's name, which is the library's too: `libremctl.so.1`. */
  readonly file: string;
  /** Which functions of native/library-functions.inc it has. */
  readonly functions: 'REMCTL' | 'KRB5';
  /** The function that it lacks. */
  readonly without?: string;
  /** Paths of libraries that it needs. */
  readonly needs?: readonly string[];
}

/** Compiles a stub in a folder, and returns its path. None of its functions may be called. */
export function compileStub(folder: string, stub: Stub): string {
  const list = readFileSync(LIST, 'utf8');
  const declared = [
    ...list.matchAll(new RegExp(`^${stub.functions}_FUNCTION\\([^,]+, (\\w+)`, 'gm')),
  ];
  const names = declared.map(([, name]) => name).filter((name) => name !== stub.without);
  const source = join(folder, 'stub.c');
  const first = stub.functions === 'REMCTL' ? 'void remctl(void) {}\n' : '';
  writeFileSync(source, first + names.map((name) => `void ${name}(void) {}\n`).join(''));
  const path = join(folder, stub.file);
  execFileSync('cc', [
    ...['-shared', '-fPIC', `-Wl,-soname,${stub.file}`, '-Wl,--no-as-needed', '-o', path, source],
    ...(stub.needs ?? []),
    '-Wl,--allow-shlib-undefined',
  ]);
  return path;
}
