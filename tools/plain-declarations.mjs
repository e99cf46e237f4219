// Program: lets compilers before TypeScript 5.7 read the declarations of the package in this folder.
//
// tsc writes Uint8Array<ArrayBufferLike> where it has found a type by itself. That is what Uint8Array
// says too, and older compilers know no arguments of it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WITH_ARGUMENT = /\b(Uint8Array|Buffer)<ArrayBuffer(?:Like)?>/g;

for (const file of readdirSync('dist', { recursive: true })) {
  if (file.endsWith('.d.ts')) {
    const path = join('dist', file);
    const before = readFileSync(path, 'utf8');
    const after = before.replace(WITH_ARGUMENT, '$1');
    if (after !== before) {
      writeFileSync(path, after);
    }
  }
}
