/** The account of a load run finds contradictions, and options are checked. */
import { expect, test } from 'vitest';
import { account } from '../src/load/account.js';
import { createJournal, type Journal } from '../src/load/journal.js';
import { runLoad } from '../src/load/run-load.js';

/** Three commands: one finished, one unknown, one sent again and then finished. */
function journal(): Journal {
  const made = createJournal(3);
  for (const [id, states] of [['finished'], ['unknown'], ['not-sent', 'finished']].entries()) {
    for (const state of states) {
      made.begin(id);
      made.end(id, state as 'finished' | 'unknown' | 'not-sent', 1);
    }
  }
  return made;
}

const RIGHT = [
  { id: 0, send: 1 },
  { id: 2, send: 2 },
];

test('no fault if the servers ran what the clients reported', () => {
  expect(account(journal(), RIGHT)).toEqual({
    commands: { finished: 2, unknown: 1, 'not-sent': 0 },
    sentAgain: 1,
    unknownThatRan: 0,
    faults: [],
  });
  const unknownRan = account(journal(), [...RIGHT, { id: 1, send: 1 }]);
  expect(unknownRan).toMatchObject({ unknownThatRan: 1, faults: [] });
});

test.each([
  ['a finished command that did not run', RIGHT.slice(1), 'command 0 is finished, and ran 0'],
  [
    'a finished command that ran twice',
    [...RIGHT, { id: 0, send: 1 }],
    'command 0 is finished, and ran 2',
  ],
  [
    'an unknown command that ran twice',
    [...RIGHT, { id: 1, send: 1 }, { id: 1, send: 1 }],
    'command 1 is unknown, and ran 2',
  ],
  [
    'a command that ran although it was not sent',
    [...RIGHT, { id: 2, send: 1 }],
    'command 2 is not-sent, and ran 1',
  ],
  ['a send that nobody made', [...RIGHT, { id: 0, send: 2 }], 'which nobody made'],
  ['a line that cannot be read', [...RIGHT, { id: Number.NaN, send: 1 }], 'which nobody made'],
])('%s is a fault', (_, ledger, fault) => {
  expect(account(journal(), ledger).faults).toEqual([expect.stringContaining(fault)]);
});

test('a command that was never sent is a fault', () => {
  expect(account(createJournal(1), []).faults).toEqual(['command 0 was never sent']);
});

test('impossible options are refused before anything starts', async () => {
  const backend = () => expect.fail('no backend is wanted');
  const options = { backend, connections: 1, commands: 1, servers: 2, opensAtOnce: 1 };
  await expect(runLoad({ ...options, servers: 1 })).rejects.toThrow('one is killed');
  await expect(runLoad({ ...options, commands: 0 })).rejects.toThrow('commands must be 1 or more');
  await expect(runLoad({ ...options, connections: 1e9 })).rejects.toThrow(/ulimit -n/);
});
