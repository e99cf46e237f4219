/** Holds back opens after one that failed, while other connections work. */

/** Milliseconds between two tries of an open. */
const PAUSE_MS = 1000;

/** What the pool asks before an open, and tells after it. */
export interface OpenPause {
  /** Whether a connection may be opened. After a failure: one, once the pause is over. */
  takeTurn(): boolean;
  /** Notes that an open has failed. One that its caller aborted says nothing about the server. */
  noteFailure(isAborted: boolean): void;
  /** Lets all opens go on. Returns whether they were held back. */
  end(): boolean;
}

/** Begins without a pause. `onTurn` is called once an open may be tried. The timer does not keep the process alive. */
export function createOpenPause(onTurn: () => void): OpenPause {
  let state: 'none' | 'waiting' | 'turn' | 'trying' = 'none';
  let timer: NodeJS.Timeout | undefined;
  return {
    takeTurn() {
      if (state === 'turn') {
        state = 'trying';
        return true;
      }
      return state === 'none';
    },
    noteFailure(isAborted) {
      if (state === 'waiting' || (isAborted && state === 'none')) {
        return;
      }
      state = 'waiting';
      clearTimeout(timer);
      timer = setTimeout(() => {
        state = 'turn';
        onTurn();
      }, PAUSE_MS).unref();
    },
    end() {
      const wasHeld = state !== 'none';
      state = 'none';
      clearTimeout(timer);
      return wasHeld;
    },
  };
}
