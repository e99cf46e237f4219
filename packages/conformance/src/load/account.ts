/** Compares what servers ran with the states that clients reported. */
import type { CommandState } from '@remctl/core';
import type { Journal } from './journal.js';

/** One run of a command on a server: a line of the ledger. */
export interface LedgerLine {
  readonly id: number;
  /** The number of the send, from 1 on. */
  readonly send: number;
}

/** The result of the comparison. */
export interface Account {
  /** Number of commands by the state of their last send. */
  readonly commands: Readonly<Record<CommandState, number>>;
  /** Number of sends that ended as `not-sent` and were followed by another send. */
  readonly sentAgain: number;
  /** Number of commands that ended as `unknown` and did run. */
  readonly unknownThatRan: number;
  /** One sentence for each contradiction. */
  readonly faults: readonly string[];
}

/**
 * Compares the journal of the clients with the ledger of the servers.
 *
 * A `finished` command must have run once, an `unknown` one at most once, and a `not-sent` send
 * never. Every command must have been sent.
 */
export function account(journal: Journal, ledger: Iterable<LedgerLine>): Account {
  const faults: string[] = [];
  const runs = new Map<string, number>();
  for (const { id, send } of ledger) {
    if (!(id >= 0 && id < journal.commands && send >= 1 && send <= journal.sends(id))) {
      faults.push(`the ledger has send ${send} of command ${id}, which nobody made`);
      continue;
    }
    const key = `${id} ${send}`;
    runs.set(key, (runs.get(key) ?? 0) + 1);
  }
  const commands = { 'not-sent': 0, unknown: 0, finished: 0 };
  let sentAgain = 0;
  let unknownThatRan = 0;
  for (let id = 0; id < journal.commands; id += 1) {
    const sends = journal.sends(id);
    const state = journal.state(id);
    commands[state] += 1;
    sentAgain += Math.max(0, sends - 1);
    for (let send = 1; send <= sends; send += 1) {
      const ran = runs.get(`${id} ${send}`) ?? 0;
      const reported = send < sends ? 'not-sent' : state;
      if (reported === 'unknown') {
        unknownThatRan += ran;
      }
      const right =
        reported === 'finished' ? ran === 1 : reported === 'unknown' ? ran <= 1 : ran === 0;
      if (!right) {
        faults.push(`send ${send} of command ${id} is ${reported}, and ran ${ran} times`);
      }
    }
    if (state === 'not-sent') {
      faults.push(`command ${id} was never sent`);
    }
  }
  return { commands, sentAgain, unknownThatRan, faults };
}
