/** Reads configuration and ACL files, and folders of them. */
import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of a file, at most. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * O_NONBLOCK, because open() of a FIFO waits for a writer, on a thread that the whole process shares. Windows
 * has neither the flag nor the danger.
 */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The names in a folder that count: those of letters, digits, underscores and hyphens alone. */
const INCLUDED_NAME = /^[A-Za-z0-9_-]+$/;

/**
 * Returns a regular file's bytes. Throws the system's error if the file cannot be read, and an Error if it is
 * no regular file or has more than 16 MiB.
 */
export async function readSmallFile(path: string): Promise<Buffer> {
  const file = await open(path, OPEN_FLAGS);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      throw new Error('it is not a regular file');
    }
    if (stats.size > MAX_BYTES) {
      throw new Error(`it has ${stats.size} bytes; at most ${MAX_BYTES} are read`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * Returns the files that including `path` means, as remctld includes them (remctld(8), "include"): the path
 * itself, or the files of a folder whose names are made of letters, digits, `_` and `-`. remctld takes a
 * folder's files in no certain order; here they are sorted. Folders in the folder are passed over.
 *
 * Throws the system's error if the path does not exist or the folder cannot be read.
 */
export async function includedFiles(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) {
    return [path];
  }
  const names = (await readdir(path)).filter((name) => INCLUDED_NAME.test(name)).sort();
  const files: string[] = [];
  for (const name of names) {
    const file = join(path, name);
    if (!(await stat(file)).isDirectory()) {
      files.push(file);
    }
  }
  return files;
}
