/** Compares what the servers ran with what the clients were told. */
import type { CommandState } from '@remctl/core';
import type { Journal } from './journal.js';

/** One run of a command on a server: a line of the ledger. */
export interface LedgerLine {
  readonly id: number;
  /** Which send of it, from 1 on. */
  readonly send: number;
}

export interface Account {
  /** Commands by what is known of their last send. */
  readonly commands: Readonly<Record<CommandState, number>>;
  /** Sends that ended as `not-sent` and were followed by another. */
  readonly sentAgain: number;
  /** How many of the commands that ended as `unknown` did run. */
  readonly unknownThatRan: number;
  /** What must not be, each in a sentence. */
  readonly faults: readonly string[];
}

/**
 * Every `finished` command ran exactly once; one whose end is `unknown` not more than once; a send
 * that was `not-sent` never; and no command is left unsent.
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
      const told = send < sends ? 'not-sent' : state;
      if (told === 'unknown') {
        unknownThatRan += ran;
      }
      const right = told === 'finished' ? ran === 1 : told === 'unknown' ? ran <= 1 : ran === 0;
      if (!right) {
        faults.push(`send ${send} of command ${id} is ${told}, and ran ${ran} times`);
      }
    }
    if (state === 'not-sent') {
      faults.push(`command ${id} was never sent`);
    }
  }
  return { commands, sentAgain, unknownThatRan, faults };
}
