/** Registers the raw cases with vitest, and writes results for the matrix. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKeytab } from '@remctl/krb5';
import { type Realm, type RealmOptions, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answers, type RawCase, UNPREDICTABLE } from './case.js';
import { rawCases } from './cases/index.js';
import { runCase } from './run-case.js';

/** The column's name in the matrix. */
export type Server = 'remctld' | 'ours';

type Expected = RawCase['remctld'];

/** What a server must answer in a case. */
const expectedOf = ({ remctld, difference }: RawCase, server: Server): Expected =>
  server === 'ours' ? (difference?.ours ?? remctld) : remctld;

const shown = (answers: Expected) => (answers === UNPREDICTABLE ? answers : answers.join(', '));

/** How often the case's command ran, by the answers. */
const runsIn = (answers: Answers) => answers.filter((each) => each.endsWith(' counted')).length;

/** Registers all cases against a server of a realm of its own. */
export function rawSuite(server: Server, options?: RealmOptions): void {
  const passed = new Set<string>();
  describe(`raw tokens: ${server}`, () => {
    let realm: Realm;

    beforeAll(async () => {
      realm = await startRealm(options);
    });

    afterAll(async () => {
      await realm?.dispose();
      const outcomes = rawCases.map((each) => ({
        suite: 'raw',
        id: each.id,
        title: each.title,
        backend: server,
        ...(expectedOf(each, server) === UNPREDICTABLE
          ? { result: 'unsupported', reason: 'it reads beyond the end of the message' }
          : { result: passed.has(each.id) ? 'pass' : 'fail' }),
        comparison: {
          ours: shown(expectedOf(each, 'ours')),
          remctld: shown(each.remctld),
          ...(each.difference === undefined ? {} : { difference: each.difference.because }),
        },
      }));
      const folder = join(process.cwd(), '.results');
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `outcomes-raw-${server}.json`);
      writeFileSync(file, `${JSON.stringify(outcomes, null, 1)}\n`);
    });

    for (const each of rawCases) {
      const expected = expectedOf(each, server);
      if (expected === UNPREDICTABLE) {
        continue;
      }
      test(`${each.id}: ${each.title}`, async () => {
        const { principals, port, keytabs } = realm;
        const tally = each.id.replace(/\W/g, '-');
        const service = {
          principal: principals.server,
          keytab: await readKeytab(keytabs.server),
        };
        const target = { port, service, client: principals.client };
        expect(await runCase(each, target, expected, tally)).toEqual(expected);
        expect(realm.tally(tally)).toBe(runsIn(expected));
        passed.add(each.id);
      });
    }
  });
}
