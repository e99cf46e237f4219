/** The account of a server's load finds contradictions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { appendToJournal, readJournal } from '../../src/server-load/client-journal.js';
import { accountOf } from '../../src/server-load/ledger-account.js';
import { runServerLoad } from '../../src/server-load/run-server-load.js';

/** Commands 0 and 1 finished; the client of command 2 died. */
const JOURNAL = { begun: new Set([0, 1, 2]), finished: new Set([0, 1]) };

test('no fault if the server ran what the clients know', () => {
  const rest = { finished: 2, unknown: 1, faults: [] };
  expect(accountOf([JOURNAL], [1, 0])).toEqual({ ...rest, unknownThatRan: 0 });
  expect(accountOf([JOURNAL], [0, 1, 2])).toEqual({ ...rest, unknownThatRan: 1 });
});

test.each([
  ['a finished command that did not run', [0], 'command 1 finished, and ran 0 times'],
  ['a finished command that ran twice', [0, 1, 0], 'command 0 finished, and ran 2 times'],
  [
    'a command without an answer that ran twice',
    [0, 1, 2, 2],
    'command 2 has no answer, and ran 2',
  ],
  ['a command that nobody began', [0, 1, 7], 'command 7, which nobody began, ran 1 times'],
  ['a line that cannot be read', [0, 1, Number.NaN], 'nobody began'],
])('%s is a fault', (_, ledger, fault) => {
  expect(accountOf([JOURNAL], ledger).faults).toEqual([expect.stringContaining(fault)]);
});

test('a journal holds what was written before a death', () => {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'journal');
  expect(readJournal(path)).toEqual({ begun: new Set(), finished: new Set() });
  const journal = appendToJournal(path);
  journal.begin(3);
  journal.begin(4);
  journal.finish(3);
  expect(readJournal(path)).toEqual({ begun: new Set([3, 4]), finished: new Set([3]) });
});

test('impossible options are refused before anything starts', async () => {
  const options = {
    name: 'none',
    start: () => expect.fail('no server is wanted'),
    module: { url: '', factory: '' },
    ...{ clients: 1, processes: 1, commands: 0, kills: 0 },
  };
  await expect(runServerLoad(options)).rejects.toThrow('commands must be 1 or more');
});
