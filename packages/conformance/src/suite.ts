/** Registers every case for a backend with vitest, and leaves the results for the matrix. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '@remctl/core';
import {
  type Realm,
  type RealmOptions,
  type RemctldProxy,
  startProtocol1Proxy,
  startRealm,
} from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, type TestFunction, test } from 'vitest';
import type { BackendModule, Case, Comparison } from './case.js';
import { addressCases } from './cases/addresses.js';
import { badInputCases } from './cases/bad-input.js';
import { commandCases } from './cases/commands.js';
import { cutCases } from './cases/cuts.js';
import { droppedCases } from './cases/dropped.js';
import { faultCases } from './cases/faults.js';
import { interfaceCases } from './cases/interfaces.js';
import { resourceCases } from './cases/resources.js';
import { runCases } from './cases/runs.js';
import { shortageCases } from './cases/shortages.js';
import { stateCases } from './cases/state.js';
import { makeContext } from './context.js';
import { asCase } from './hostile/as-case.js';
import { hostileCases } from './hostile/index.js';

/** The suites: cases that run together, on one realm. A matrix is printed for each. */
export const suites = {
  /** What every backend does for its users. */
  conformance: [
    ...interfaceCases,
    ...commandCases,
    ...stateCases,
    ...runCases,
    ...droppedCases,
    ...badInputCases,
  ],
  /** Servers with several addresses, of which some lead nowhere. Needs `module`. */
  addresses: addressCases,
  /** What the process itself runs out of. Needs `module`. */
  shortages: shortageCases,
  /** That nothing is left behind. A test file of its own, so that no other test's things count. */
  resources: resourceCases,
  /** A session cut, stalled, delayed, split and merged at its offsets. */
  cuts: cutCases,
  /** What goes wrong with KDCs, clocks, tickets, keytabs and remctld itself. */
  faults: faultCases,
  /** What servers do that no server should, before, during and after authentication. */
  hostile: hostileCases.map(asCase),
} as const satisfies Record<string, readonly Case[]>;

export type SuiteName = keyof typeof suites;

export interface ConformanceOptions {
  /** Makes the backend under test. Called once the realm is up. */
  readonly backend: () => Backend;
  /** How processes of their own make it; for the suites that say so. */
  readonly module?: BackendModule;
  /** What the matrix calls it; the backend's name and the protocol without it. */
  readonly name: string;
  /** Which cases; `conformance` without it. */
  readonly suite?: SuiteName;
  /** 1: through the proxy that makes remctld a server of protocol 1. */
  readonly protocol?: 1 | 2;
  /** Cases that this backend cannot support, by their id, each with the reason. */
  readonly unsupported?: Readonly<Record<string, string>>;
  readonly realm?: RealmOptions;
}

/** One line of the matrix. */
export interface Outcome {
  readonly suite: SuiteName;
  readonly id: string;
  readonly title: string;
  readonly backend: string;
  readonly result: 'pass' | 'fail' | 'unsupported';
  readonly reason?: string;
  /** The case's. */
  readonly comparison?: Comparison;
}

/** Declarations of cases that there are none of: they would hide a gap without a word. */
export function unknownDeclarations(
  unsupported: Readonly<Record<string, string>>,
  suite: SuiteName = 'conformance',
): string[] {
  const known = new Set<string>(suites[suite].map(({ id }) => id));
  return Object.keys(unsupported).filter((id) => !known.has(id));
}

/** Registers the suite. Call it at the top of a test file; a realm of its own runs meanwhile. */
export function conformance(options: ConformanceOptions): void {
  const { name, suite = 'conformance', protocol = 2, unsupported = {} } = options;
  const cases: readonly Case[] = suites[suite];
  // A case counts as failed until it has passed, also where the realm or the run never got to it.
  const outcomes = new Map<string, Outcome>();
  const record = (
    { id, title, comparison }: Case,
    result: Outcome['result'],
    reason: string | undefined = undefined,
  ) =>
    outcomes.set(id, {
      suite,
      id,
      title,
      backend: name,
      result,
      ...(reason === undefined ? {} : { reason }),
      ...(comparison === undefined ? {} : { comparison }),
    });
  describe(`${suite}: ${name}`, () => {
    let realm: Realm;
    let proxy: RemctldProxy | undefined;
    let backend: Backend;
    let leaveRealm: () => void;

    beforeAll(async () => {
      realm = await startRealm(options.realm);
      leaveRealm = realm.useHere();
      if (protocol === 1) {
        proxy = await startProtocol1Proxy(realm.port);
      }
      backend = options.backend();
    });

    afterAll(async () => {
      leaveRealm?.();
      await proxy?.[Symbol.asyncDispose]();
      await realm?.dispose();
      const folder = join(process.cwd(), '.results');
      mkdirSync(folder, { recursive: true });
      const file = `outcomes-${suite}-${name.replace(/\W+/g, '-')}.json`;
      writeFileSync(join(folder, file), `${JSON.stringify([...outcomes.values()], null, 1)}\n`);
    });

    test('every declaration names a case', () => {
      expect(unknownDeclarations(unsupported, suite)).toEqual([]);
    });

    for (const each of cases) {
      const reason = unsupported[each.id] ?? (protocol === 1 ? each.notInProtocol1 : undefined);
      if (reason !== undefined) {
        record(each, 'unsupported', reason);
        continue;
      }
      record(each, 'fail', 'it did not run');
      const run: TestFunction = async ({ onTestFinished }) => {
        const { context, end } = makeContext({
          realm,
          backend,
          module: options.module,
          protocol,
          port: proxy?.port ?? realm.port,
        });
        // The last hook to be added runs first: what end() throws fails the case too.
        onTestFinished(({ task }) => {
          record(each, task.result?.state === 'pass' ? 'pass' : 'fail');
        });
        onTestFinished(end);
        await each.run(context);
      };
      test(`${each.id}: ${each.title}`, run, each.timeoutMs);
    }
  });
}
