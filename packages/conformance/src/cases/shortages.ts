/** Opens in a process that runs out of file descriptors. */
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { inChildProcess, PRELUDE } from '../support/in-child-process.js';

/** The process's limit of open files: more than Node itself holds. */
const LIMIT = 200;
/** The most descriptors left for an open: more than any open needs. */
const FREE = 12;
/** Opens at once. */
const AT_ONCE = 16;
/** The most descriptors left for each of them. */
const FREE_EACH = 4;

/** One try: opens with few descriptors left, and one open with enough. */
interface Try {
  readonly free: number;
  /** How each open with few descriptors ended: 'open', or its error. */
  readonly first: readonly unknown[];
  /** How the open with enough descriptors ended: 'open', or its error. */
  readonly next: unknown;
}

/** Tries each number of free descriptors in `job.free`. Prints a `Try` for each. */
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
    // The library closes some descriptors later: they must not count as free in the next try.
    await sleep(20);
  }
  console.log(JSON.stringify(tries));`;

/** Runs the tries in another process, with this credential cache. */
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

/** Expects that each open succeeded or reported the shortage, and that the next one succeeded. */
function expectToldOrOpen(all: readonly Try[]): void {
  const shortages = all.flatMap(({ first }) => first.filter((end) => end !== 'open'));
  for (const end of shortages) {
    expect(end).toMatchObject({
      name: 'RemctlNetworkError',
      code: 'EMFILE',
      phase: 'connect',
      commandState: 'not-sent',
      message: expect.stringMatching(/limit of open files/),
    });
  }
  expect(shortages.length).toBeGreaterThan(0);
  expect(all.map(({ next }) => next)).toEqual(all.map(() => 'open'));
}

const numbers = (to: number) => Array.from({ length: to + 1 }, (_, n) => n);

export const shortageCases: readonly Case[] = [
  {
    id: 'shortages/descriptors',
    title: 'descriptors run out at any moment of an open: EMFILE, and the next open works',
    async run(context) {
      const all = await tries(context, numbers(FREE), 1, await context.realm.kinit());
      expectToldOrOpen(all);
      expect(all.at(-1)?.first).toEqual(['open']);
    },
  },
  {
    id: 'shortages/descriptors-first',
    title:
      "descriptors run out in a process's first open, before its libraries have read any file: the same",
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
    title: 'descriptors run out in many opens at once, which compete for them: the same',
    timeoutMs: 90_000,
    async run(context) {
      const free = numbers((AT_ONCE * FREE_EACH) >> 1).map((n) => 2 * n);
      expectToldOrOpen(await tries(context, free, AT_ONCE, await context.realm.kinit()));
    },
  },
];
