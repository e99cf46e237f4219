/**
 * What the clients know of each command of a load run.
 *
 * Its size is fixed, so that it does not grow while memory is measured.
 */
import type { CommandState } from '@remctl/core';

/** A state's index is its number in the journal. */
const STATES = ['not-sent', 'unknown', 'finished'] as const satisfies readonly CommandState[];

/** The sends and states of commands that are numbered from 0. */
export interface Journal {
  readonly commands: number;
  /** Returns how often the command was given to a client. */
  sends(id: number): number;
  /** Returns the state of the last send. All earlier sends were `not-sent`: only those are repeated. */
  state(id: number): CommandState;
  /** Notes a send before it is made, and returns its number, from 1 on. */
  begin(id: number): number;
  /** Notes the state of the last send, and its milliseconds if it finished. */
  end(id: number, state: CommandState, milliseconds?: number): void;
  /** Returns the milliseconds of each finished command, in the order of the commands. */
  latencies(): Float64Array;
}

/** Makes a journal for the commands from 0 to `commands` - 1. */
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
