/** Runs cases in this process, without a test runner: for tools that watch one process. */
import type { Backend } from '@remctl/core';
import { startProtocol1Proxy, startRealm } from '@remctl/realm';
import type { Case } from './case.js';
import { makeContext } from './context.js';

export interface RunCasesOptions {
  /** Makes the backend. Called once the realm is up. */
  readonly backend: () => Backend;
  readonly cases: readonly Case[];
  /** 1: through the proxy that makes remctld a server of protocol 1. */
  readonly protocol?: 1 | 2;
  /** Called after each case; `error` is what it threw. */
  readonly onResult: (each: Case, result: { readonly error?: unknown }) => void;
}

/** Runs the cases on a realm of their own, one after the other; those that protocol 1 lacks are left out. */
export async function runCases(options: RunCasesOptions): Promise<void> {
  const { cases, protocol = 2, onResult } = options;
  await using realm = await startRealm();
  const leave = realm.useHere();
  const proxy = protocol === 1 ? await startProtocol1Proxy(realm.port) : undefined;
  try {
    const backend = options.backend();
    for (const each of cases) {
      if (protocol === 1 && each.notInProtocol1 !== undefined) {
        continue;
      }
      const { context, end } = makeContext({
        realm,
        backend,
        protocol,
        port: proxy?.port ?? realm.port,
      });
      try {
        await each.run(context);
        await end();
        onResult(each, {});
      } catch (error) {
        onResult(each, { error });
        await end();
      }
    }
  } finally {
    leave();
    await proxy?.[Symbol.asyncDispose]();
  }
}
