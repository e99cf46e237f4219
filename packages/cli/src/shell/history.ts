/** The file that keeps the lines of earlier sessions. */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { visible } from '../terminal/visible-controls.js';

/** Names another file; an empty value keeps no history. */
const VARIABLE = 'REMCTL_HISTORY';
/** Lines that a session knows of earlier ones. */
export const MAX_LINES = 1000;
/** The file is cut back once it holds more bytes; what stands before the last ones is not read. */
const MAX_BYTES = 1024 * 1024;
/** A longer line is not kept, so that a session adds little to the file. */
const MAX_LINE_LENGTH = 4096;
const OWNER_ONLY = 0o600;
const FOLDER_OWNER_ONLY = 0o700;
/** Bits of a file's mode that let others read or write it. */
const OTHERS = 0o077;

/** Returns the file's path; undefined if no history is kept. */
export function historyPath(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env[VARIABLE];
  if (named !== undefined) {
    return named === '' ? undefined : named;
  }
  const state = env.XDG_STATE_HOME;
  const folder =
    state === undefined || !state.startsWith('/') ? join(homedir(), '.local', 'state') : state;
  return join(folder, 'remctl', 'history');
}

/** Opens the file for this user alone. Throws an Error if it is another's, a link, or no ordinary file. */
async function openOwn(path: string, flags: number): Promise<FileHandle> {
  const file = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, OWNER_ONLY);
  try {
    const status = await file.stat();
    // A second name may be another program's file, which somebody has linked to here.
    if (!status.isFile() || status.uid !== process.geteuid?.() || status.nlink > 1) {
      throw new Error('it is not an ordinary file of yours with one name');
    }
    if ((status.mode & OTHERS) !== 0) {
      await file.chmod(OWNER_ONLY);
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Lines of earlier sessions, and where new ones go. */
export interface History {
  /** The newest first. */
  readonly lines: readonly string[];
  /** Keeps a line for later sessions. Throws the system's error. */
  add(line: string): Promise<void>;
}

/**
 * Whether a line is kept: one that begins with a space is not, as in a shell, nor a very long one, nor one with
 * control characters, which a terminal would obey when it is shown again.
 */
export function isKept(line: string): boolean {
  const isPlain = visible(line) === line && !line.includes('\n');
  return line !== '' && !/^\s/.test(line) && line.length <= MAX_LINE_LENGTH && isPlain;
}

/** Returns the last lines, and whether the file is to be cut back to them. */
async function readLines(path: string): Promise<{ lines: string[]; isLong: boolean }> {
  let file: FileHandle;
  try {
    file = await openOwn(path, constants.O_RDONLY);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { lines: [], isLong: false };
    }
    throw error;
  }
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - MAX_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, MAX_BYTES)), {
      position: start,
    });
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    // The first line of a part is cut.
    const whole = start === 0 ? lines : lines.slice(1);
    return {
      lines: whole.filter(isKept).slice(-MAX_LINES),
      isLong: start > 0 || whole.length > 2 * MAX_LINES,
    };
  } finally {
    await file.close();
  }
}

/** Cuts a long file back to its last lines. A session that adds a line at this moment may lose it. */
async function cutBack(path: string, lines: readonly string[]): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  // A session that was killed may have left one, and process numbers come again.
  await rm(fresh, { force: true });
  const file = await openOwn(fresh, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  try {
    await file.writeFile(lines.map((line) => `${line}\n`).join(''));
  } finally {
    await file.close();
  }
  try {
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** Reads the history of a path; without a path there is none. Throws an Error if the file is not the user's own. */
export async function openHistory(path: string | undefined): Promise<History> {
  if (path === undefined) {
    return { lines: [], add: async () => undefined };
  }
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_OWNER_ONLY });
  const { lines, isLong } = await readLines(path);
  if (isLong) {
    await cutBack(path, lines);
  }
  return {
    lines: lines.reverse(),
    async add(line) {
      if (!isKept(line)) {
        return;
      }
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;
      const file = await openOwn(path, flags);
      try {
        await file.writeFile(`${line}\n`);
      } finally {
        await file.close();
      }
    },
  };
}
