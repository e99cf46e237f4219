/** Signals that end this program: what is known is said first, then the signal does its work. */
import { setTimeout as sleep } from 'node:timers/promises';

/** The signals that a terminal, a shell and a system send to end a program. */
const DEADLY = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
export type DeadlySignal = (typeof DEADLY)[number];

/** The launcher's word on the signals that were ignored when it began: hexadecimal, as in /proc. */
const IGNORED_AT_START = 'REMCTL_IGNORED_SIGNALS';
const SIGNAL_NUMBERS: Readonly<Record<DeadlySignal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGTERM: 15,
};

/** Milliseconds for the last words: a reader that takes none must not keep the program alive. */
const LAST_WORDS_MS = 1000;

let dying = false;
const restorers = new Set<() => void>();

/** Whether a signal was ignored when this program began, as by nohup or for a shell's background job. */
export function isIgnored(signal: DeadlySignal): boolean {
  const mask = process.env[IGNORED_AT_START];
  if (mask === undefined || !/^[0-9a-f]+$/.test(mask)) {
    return false;
  }
  return (BigInt(`0x${mask}`) & (1n << BigInt(SIGNAL_NUMBERS[signal] - 1))) !== 0n;
}

/**
 * Calls `lastWords` at the first of the signals, waits for it a second at most, and dies by that signal, so that a
 * shell sees it. A second signal kills at once. Signals that were ignored at the start stay ignored. Returns a
 * function that ends the watch.
 */
export function onDeadlySignal(
  lastWords: (signal: DeadlySignal) => Promise<void>,
  signals: readonly DeadlySignal[] = DEADLY,
): () => void {
  const act = (signal: DeadlySignal) => {
    if (dying) {
      void dieBy(signal);
      return;
    }
    dying = true;
    const said = lastWords(signal).catch(() => undefined);
    void Promise.race([said, sleep(LAST_WORDS_MS)]).then(() => dieBy(signal));
  };
  // Listeners stay until the death: a library that finds none but its own would end this program first.
  const listeners = signals.map((signal) => ({
    signal,
    listener: isIgnored(signal) ? () => undefined : () => act(signal),
  }));
  for (const { signal, listener } of listeners) {
    process.on(signal, listener);
  }
  return () => {
    for (const { signal, listener } of listeners) {
      process.removeListener(signal, listener);
    }
  };
}

/** Settles at once, unless a signal is ending this program: then never, so that nothing more is said. */
export function unlessDying(): Promise<void> {
  return dying ? new Promise(() => undefined) : Promise.resolve();
}

/** Has `restore` called before this program dies by a signal. Returns a function that takes that back. */
export function beforeDeath(restore: () => void): () => void {
  restorers.add(restore);
  return () => restorers.delete(restore);
}

/** Ends this program by a signal: its parent sees that. */
export function dieBy(signal: DeadlySignal | 'SIGPIPE'): Promise<never> {
  for (const restore of restorers) {
    restore();
  }
  // Node ignores SIGPIPE from the start. A listener that comes and goes leaves the system's default.
  const listener = () => undefined;
  process.on(signal, listener);
  process.removeAllListeners(signal);
  return raise(signal);
}

/** The process group of the caller (kill(2)). */
const OWN_GROUP = 0;

/**
 * Does what a terminal does at Ctrl-C: every program of the group gets the signal, so that a script that runs
 * this one stops too. Settles never.
 */
export function interruptGroup(): Promise<never> {
  return raise('SIGINT', OWN_GROUP);
}

/** Sends a signal. Settles never: nothing else is to happen until it has arrived. */
function raise(signal: DeadlySignal | 'SIGPIPE', to = process.pid): Promise<never> {
  process.kill(to, signal);
  return new Promise(() => setInterval(() => undefined, LAST_WORDS_MS));
}
