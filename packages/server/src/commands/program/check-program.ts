/** Checks that a program can be executed. */
import { constants, type Stats } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { reasonOf } from '../../file/system-error.js';

/** Bytes that are read of a program's start. */
const START_LENGTH = 256;
const NUL = 0;

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Returns a program's first bytes; undefined if this process may not read it. */
async function readStart(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(START_LENGTH), 0, START_LENGTH, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (reasonOf(error) === 'EACCES') {
      return undefined;
    }
    throw error;
  }
}

/** Throws an Error if the program is a script that the system cannot execute without a shell. */
async function checkScript(path: string, subject: string): Promise<void> {
  const start = await readStart(path);
  if (start === undefined) {
    return;
  }
  const [firstLine = ''] = start.toString('latin1').split('\n');
  if (!firstLine.startsWith('#!')) {
    // Compiled programs have NUL bytes in their headers. The C library runs any other file by a shell.
    if (!start.includes(NUL)) {
      throw new Error(
        `${subject} is a text without an interpreter, which needs a shell: give it a first line such as #!/bin/sh`,
      );
    }
    return;
  }
  const [interpreter = ''] = firstLine.slice(2).trim().split(/\s/);
  if (!(await isExecutable(interpreter))) {
    throw new Error(
      `${subject} names the interpreter ${JSON.stringify(interpreter)}, which cannot be executed: install it, or ` +
        'correct the first line',
    );
  }
}

/**
 * Checks a program's file. With `sudo` the server itself may be unable to see it; then nothing is checked.
 * Throws RangeError or Error, whose message begins with the program and `label`, if it cannot be executed.
 */
export async function checkProgram(path: string, label: string, sudo: boolean): Promise<void> {
  const subject = `program ${path} of ${label}`;
  if (!isAbsolute(path)) {
    throw new RangeError(`${subject} must be an absolute path`);
  }
  let stats: Stats;
  try {
    stats = await stat(path);
  } catch (cause) {
    if (sudo && reasonOf(cause) === 'EACCES') {
      return;
    }
    throw new Error(
      `${subject} cannot be found (${reasonOf(cause)}): install it, or correct the path`,
      {
        cause,
      },
    );
  }
  if (!stats.isFile()) {
    throw new Error(
      `${subject} is ${stats.isDirectory() ? 'a folder' : 'no file'}: give a program's path`,
    );
  }
  if (process.platform === 'win32') {
    return;
  }
  if (!sudo && !(await isExecutable(path))) {
    throw new Error(`${subject} is not executable by this user: try chmod +x ${path}`);
  }
  await checkScript(path, subject);
}

/**
 * Returns the path of sudo, from PATH. Throws an Error, whose message begins with `label`, if sudo is not
 * there.
 */
export async function findSudo(label: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'sudo');
    if (isAbsolute(path) && (await isExecutable(path))) {
      return path;
    }
  }
  throw new Error(
    `sudo of ${label}: there is no sudo in PATH: install it, or use the option user in a server that runs as root`,
  );
}
