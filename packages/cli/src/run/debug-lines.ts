/** What -d says on standard error: the events of @remctl/core, each on a line. */
import { eventText, watchEvents } from '@remctl/core/events';
import { visible } from '../terminal/visible-controls.js';

/** The lines of one program. */
export interface DebugLines {
  /** Says something beside the events. Settles as `flush` does. */
  say(text: string): Promise<void>;
  /**
   * Settles once the stream has taken every line: who waits between two tokens lets a slow reader hold up
   * the server. Throws the error of `writeLine`.
   */
  flush(): Promise<void>;
  /** Says nothing more of events. */
  end(): void;
}

/** Lines of nobody who asked. */
const NONE: DebugLines = {
  say: async () => undefined,
  flush: async () => undefined,
  end: () => undefined,
};

/** Begins to say what happens, if -d asks. `writeLine` settles once the stream has taken the line. */
export function startDebugLines(
  isAsked: boolean,
  writeLine: (line: string) => Promise<void>,
): DebugLines {
  if (!isAsked) {
    return NONE;
  }
  let written: Promise<void> = Promise.resolve();
  const say = (text: string): Promise<void> => {
    const line = writeLine(`remctl: ${visible(text)}\n`);
    const before = written;
    written = before.then(() => line);
    // Who flushes gets the failure.
    written.catch(() => undefined);
    return written;
  };
  const end = watchEvents((event) => void say(eventText(event)));
  return { say, flush: () => written, end };
}
