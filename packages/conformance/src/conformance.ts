/** Registers a suite with vitest, and writes its results if asked to. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '@remctl/core';
import {
  type Realm,
  type RealmOptions,
  type RemctldProxy,
  sambaRuns,
  startProtocol1Proxy,
} from '@remctl/realm';
import { afterAll, beforeAll, describe, expect, type TestFunction, test } from 'vitest';
import type { BackendModule, Case, Comparison } from './case.js';
import { makeCaseContext } from './case-context.js';
import { type Declarations, declarationFaults, declarationOf } from './declarations.js';
import { describeEnding } from './ending.js';
import { startRealmHere } from './realm-here.js';
import { type SuiteName, suites } from './suites.js';

/** The environment variable that names the folder for results. */
const OUTCOMES_VARIABLE = 'REMCTL_OUTCOMES';

export interface ConformanceOptions extends Declarations {
  /** Makes the backend under test. Called once, when the realm is up. */
  readonly backend: () => Backend;
  /** Tells other processes how to make the backend. The suites that need it say so. */
  readonly module?: BackendModule;
  /** The column's name in the matrix. */
  readonly name: string;
  /** `conformance` without it. */
  readonly suite?: SuiteName;
  /** 1: through the proxy that makes remctld a server of protocol 1. 2 without it. */
  readonly protocol?: 1 | 2;
  readonly realm?: RealmOptions;
}

/** One case of one backend, as the files of results hold it. */
export interface Outcome {
  readonly suite: SuiteName;
  readonly id: string;
  readonly title: string;
  readonly backend: string;
  readonly result: 'pass' | 'fail' | 'unsupported';
  readonly reason?: string;
  readonly comparison?: Comparison;
  /** How this backend ends the case differently from the others, and why. */
  readonly differs?: { readonly ending: string; readonly because: string };
}

/**
 * Registers a suite with vitest. Call it at the top of a test file.
 *
 * The suite runs on its own realm. A test fails if a declaration matches no case. After the last case the
 * results go to a file of the folder that the environment variable REMCTL_OUTCOMES names, as a list of
 * `Outcome` in JSON; without it nothing is written. With Samba's KDC the cases are skipped if Samba cannot
 * run here.
 */
export function conformance(options: ConformanceOptions): void {
  const { name, suite = 'conformance', protocol = 2, unsupported = {} } = options;
  const cases: readonly Case[] = suites[suite];
  // A case counts as failed until it has passed, so that a realm that never started hides nothing.
  const outcomes = new Map<string, Outcome>();
  const record = (
    { id, title, comparison }: Case,
    result: Outcome['result'],
    reason: string | undefined = undefined,
  ) => {
    const { differs } = declarationOf(options, id);
    outcomes.set(id, {
      suite,
      id,
      title,
      backend: name,
      result,
      ...(reason === undefined ? {} : { reason }),
      ...(comparison === undefined ? {} : { comparison }),
      ...(differs === undefined
        ? {}
        : { differs: { ending: describeEnding(differs.ending), because: differs.because } }),
    });
  };
  const canRun = options.realm?.kdc !== 'samba' || sambaRuns();
  describe.runIf(canRun)(`${suite}: ${name}`, () => {
    let realm: Realm;
    let proxy: RemctldProxy | undefined;
    let backend: Backend;

    beforeAll(async () => {
      realm = await startRealmHere(options.realm);
      if (protocol === 1) {
        proxy = await startProtocol1Proxy(realm.port);
      }
      backend = options.backend();
    });

    afterAll(async () => {
      await proxy?.[Symbol.asyncDispose]();
      await realm?.dispose();
      const folder = process.env[OUTCOMES_VARIABLE];
      if (folder !== undefined) {
        mkdirSync(folder, { recursive: true });
        const file = `outcomes-${suite}-${name.replace(/\W+/g, '-')}.json`;
        writeFileSync(join(folder, file), `${JSON.stringify([...outcomes.values()], null, 1)}\n`);
      }
    });

    test('every declaration is read by a case, and no text is missing', () => {
      expect(declarationFaults(options, cases)).toEqual([]);
    });

    for (const each of cases) {
      const reason = unsupported[each.id] ?? (protocol === 1 ? each.notInProtocol1 : undefined);
      if (reason !== undefined) {
        record(each, 'unsupported', reason);
        continue;
      }
      record(each, 'fail', 'it did not run');
      const run: TestFunction = async ({ onTestFinished }) => {
        const { context, end } = makeCaseContext({
          realm,
          realmOptions: options.realm,
          backend,
          module: options.module,
          protocol,
          port: proxy?.port ?? realm.port,
          declared: declarationOf(options, each.id),
        });
        // vitest calls the last hook first: an error of end() fails the case too.
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
