/** What the clients know of each command; of fixed size, so that it is no growth of its own. */
import type { CommandState } from '@remctl/core';

/** In the order of their numbers in a journal. */
const STATES = ['not-sent', 'unknown', 'finished'] as const satisfies readonly CommandState[];

export interface Journal {
  readonly commands: number;
  /** How often the command was given to a client. */
  sends(id: number): number;
  /** What is known of its last send. Of the earlier ones it is `not-sent`: no other is sent again. */
  state(id: number): CommandState;
  /** Notes a send before it is made, and gives its number, from 1 on. */
  begin(id: number): number;
  /** Notes what became of the last send; `milliseconds` where it finished. */
  end(id: number, state: CommandState, milliseconds?: number): void;
  /** The milliseconds that each finished command took, in the order of the commands. */
  latencies(): Float64Array;
}

/** A journal for the commands from 0 to `commands` - 1. */
export function createJournal(commands: number): Journal {
  const sends = new Uint8Array(commands);
  const states = new Uint8Array(commands);
  const times = new Float64Array(commands).fill(Number.NaN);
  return {
    commands,
    sends: (id) => sends[id] ?? 0,
    state: (id) => STATES[states[id] ?? 0] ?? 'not-sent',
    begin(id) {
      sends[id] = (sends[id] ?? 0) + 1;
      return sends[id] ?? 0;
    },
    end(id, state, milliseconds) {
      states[id] = STATES.indexOf(state);
      if (milliseconds !== undefined) {
        times[id] = milliseconds;
      }
    },
    latencies: () => times.filter((time) => !Number.isNaN(time)),
  };
}
