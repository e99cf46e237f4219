/** What a process runs out of while it opens connections: it is said, and is over when it is over. */
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { inChildProcess, PRELUDE } from './in-child-process.js';

/** The limit of open files: above what a process of Node holds by itself. */
const LIMIT = 200;
/** Descriptors that are left for an open: from none to more than any needs. */
const FREE = 12;
/** As many opens at once, with as many descriptors for each at most. */
const AT_ONCE = 16;
const FREE_EACH = 4;

interface Try {
  readonly free: number;
  /** How each open ended: 'open', or its error. */
  readonly first: readonly unknown[];
  /** How one ended when there were descriptors again. */
  readonly next: unknown;
}

/** Tries with each of the numbers of free descriptors that it is given. */
const PROGRAM = `${PRELUDE}
  import { closeSync, openSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  const fill = () => {
    const files = [];
    try {
      for (;;) files.push(openSync('/dev/null'));
    } catch (error) {
      if (error.code !== 'EMFILE') throw error;
      return files;
    }
  };
  const open = async (client) => {
    try {
      await client.open(job.host, job.port);
      return 'open';
    } catch ({ name, code, phase, commandState, message }) {
      return { name, code, phase, commandState, message };
    }
  };
  const tries = [];
  for (const free of job.free) {
    const clients = Array.from({ length: job.atOnce }, () => new Remctl(backend, { timeout: 20 }));
    const files = fill();
    for (let n = 0; n < free; n += 1) closeSync(files.pop());
    const first = await Promise.all(clients.map(open));
    for (const file of files) closeSync(file);
    for (const client of clients) await client.close();
    const later = new Remctl(backend, { timeout: 20 });
    tries.push({ free, first, next: await open(later) });
    await later.close();
    // What the library closes in its own time is not to be counted as free twice.
    await sleep(20);
  }
  console.log(JSON.stringify(tries));`;

function tries(
  context: CaseContext,
  free: readonly number[],
  atOnce: number,
  ccache: string,
): Promise<readonly Try[]> {
  const { host, port } = context;
  return inChildProcess(context, {
    program: PROGRAM,
    job: { host, port, free, atOnce },
    env: { KRB5CCNAME: ccache },
    wrap: (command) => ['sh', '-c', `ulimit -n ${LIMIT} && exec "$@"`, 'sh', ...command],
  });
}

/** Either it came about, or the shortage is said. */
function expectToldOrOpen(all: readonly Try[]): void {
  const told = all.flatMap(({ first }) => first.filter((end) => end !== 'open'));
  for (const end of told) {
    expect(end).toMatchObject({
      name: 'RemctlNetworkError',
      code: 'EMFILE',
      phase: 'connect',
      commandState: 'not-sent',
      message: expect.stringMatching(/limit of open files/),
    });
  }
  expect(told.length).toBeGreaterThan(0);
  expect(all.map(({ next }) => next)).toEqual(all.map(() => 'open'));
}

const numbers = (to: number) => Array.from({ length: to + 1 }, (_, n) => n);

export const shortageCases: readonly Case[] = [
  {
    id: 'shortages/descriptors',
    title: 'no descriptor at any moment of an open: EMFILE, and the next open works',
    async run(context) {
      const all = await tries(context, numbers(FREE), 1, await context.realm.kinit());
      expectToldOrOpen(all);
      expect(all.at(-1)?.first).toEqual(['open']);
    },
  },
  {
    id: 'shortages/descriptors-first',
    title: "the same in each process's first open, before the libraries have read a thing",
    async run(context) {
      const all: Try[] = [];
      for (const free of numbers(FREE >> 1)) {
        all.push(...(await tries(context, [free], 1, await context.realm.kinit())));
      }
      expectToldOrOpen(all);
    },
  },
  {
    id: 'shortages/descriptors-many',
    title: 'the same of many opens at once, which take the descriptors from one another',
    timeoutMs: 90_000,
    async run(context) {
      const free = numbers((AT_ONCE * FREE_EACH) >> 1).map((n) => 2 * n);
      expectToldOrOpen(await tries(context, free, AT_ONCE, await context.realm.kinit()));
    },
  },
];
