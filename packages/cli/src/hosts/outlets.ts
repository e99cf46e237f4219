/** Standard output and standard error of a run on several hosts. */
import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import pc from 'picocolors';
import { wantsColors } from '../terminal/wants-colors.js';
import { STDERR_FD, STDOUT_FD, write } from '../terminal/write.js';

export type Colors = ReturnType<typeof pc.createColors>;

/** One stream. */
export interface Outlet {
  readonly isTerminal: boolean;
  /** The colours for this stream; without effect where none are wanted. */
  readonly colors: Colors;
  /**
   * Writes, and settles once the stream has taken it. Never rejects: a failure goes to `onBroken`
   * once, and the stream takes nothing more.
   */
  write(bytes: Uint8Array | string): Promise<void>;
}

export interface Outlets {
  readonly stdout: Outlet;
  readonly stderr: Outlet;
  /** Whether both are the same file or terminal. */
  readonly areOne: boolean;
  /** Whether a reader, such as a pager, has standard output. It may write to the same terminal. */
  readonly isPiped: boolean;
  /** Whether all that was written has been taken. */
  isIdle(): boolean;
  /** Settles once all that was written has been taken, or its stream has failed. */
  flush(): Promise<void>;
  /** Lets each `write` settle at once: a reader that does not read holds no host up any more. */
  release(): void;
}

/** What happens around writes. */
export interface OutletEvents {
  /** Called before each write. */
  readonly onWrite: () => void;
  /** Called with the first error of each stream. */
  readonly onBroken: (error: unknown) => void;
}

/** Takes over both streams of this process. */
export function openOutlets({ onWrite, onBroken }: OutletEvents): Outlets {
  const waiting = new Set<() => void>();
  const pending = new Set<Promise<void>>();
  let isReleased = false;

  const outlet = (fd: typeof STDOUT_FD | typeof STDERR_FD): Outlet => {
    const isTerminal = isatty(fd);
    let isBroken = false;
    const tryWrite = async (bytes: Uint8Array | string) => {
      try {
        await write(fd, bytes);
      } catch (error) {
        if (!isBroken) {
          isBroken = true;
          onBroken(error);
        }
      }
    };
    return {
      isTerminal,
      colors: pc.createColors(wantsColors(isTerminal, process.env)),
      write(bytes) {
        if (isBroken || bytes.length === 0) {
          return Promise.resolve();
        }
        onWrite();
        const written = tryWrite(bytes).then(() => {
          pending.delete(written);
        });
        pending.add(written);
        if (isReleased) {
          return Promise.resolve();
        }
        // Promise.race with one long-lived promise would keep something for each write.
        return new Promise((resolve) => {
          const settle = () => {
            waiting.delete(settle);
            resolve();
          };
          waiting.add(settle);
          void written.then(settle);
        });
      },
    };
  };

  const [one, other] = [fstatSync(STDOUT_FD), fstatSync(STDERR_FD)];
  return {
    stdout: outlet(STDOUT_FD),
    stderr: outlet(STDERR_FD),
    areOne: one.dev === other.dev && one.ino === other.ino,
    isPiped: one.isFIFO() || one.isSocket(),
    isIdle: () => pending.size === 0,
    async flush() {
      await Promise.all(pending);
    },
    release() {
      isReleased = true;
      for (const settle of waiting) {
        settle();
      }
    },
  };
}
