/** The system that this process runs on, as the folders of prebuilt addons name it. */
import { basename } from 'node:path';
import { readElf } from './elf.js';

/** The systems for which an addon comes with this package (scripts/prebuilt.mjs). */
export const PREBUILT: readonly string[] = [
  'linux-x64-glibc',
  'linux-arm64-glibc',
  'linux-x64-musl',
  'linux-arm64-musl',
];

/**
 * Returns the C library of this process, by the loader that its program asks for. It reads the
 * program's file: a report of Node (`process.report`) would ask DNS for the name of each connection.
 * Returns undefined if the program says neither.
 */
function libc(): 'glibc' | 'musl' | undefined {
  // A program may also be started by the loader, which then is the process's file.
  const loader = basename(readElf(process.execPath)?.interpreter ?? process.execPath);
  if (loader.startsWith('ld-musl-')) {
    return 'musl';
  }
  return loader.startsWith('ld-linux') ? 'glibc' : undefined;
}

/** Returns the system's name: `linux-x64-glibc`, `darwin-arm64`. */
export function systemName(): string {
  const name = `${process.platform}-${process.arch}`;
  return process.platform === 'linux' ? `${name}-${libc() ?? 'unknown'}` : name;
}
