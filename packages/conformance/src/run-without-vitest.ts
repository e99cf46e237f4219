/** Runs cases without vitest, for tools that watch one process. */
import type { Backend } from '@remctl/core';
import { startProtocol1Proxy } from '@remctl/realm';
import type { BackendModule, Case } from './case.js';
import { makeCaseContext } from './case-context.js';
import { type Declarations, declarationOf } from './declarations.js';
import { startRealmHere } from './realm-here.js';

export interface RunCasesOptions extends Omit<Declarations, 'unsupported'> {
  /** Makes the backend. Called once, when the realm is up. */
  readonly backend: () => Backend;
  /** Tells other processes how to make the backend. The suites that need it say so. */
  readonly module?: BackendModule;
  readonly cases: readonly Case[];
  /** 1: through the proxy that makes remctld a server of protocol 1. 2 without it. */
  readonly protocol?: 1 | 2;
  /** Called after each case. `error` is what the case threw. */
  readonly onResult: (each: Case, result: { readonly error?: unknown }) => void;
}

/**
 * Runs the cases on their own realm, one after the other.
 *
 * In protocol 1 it leaves out the cases that protocol 1 cannot carry.
 */
export async function runCases(options: RunCasesOptions): Promise<void> {
  const { cases, protocol = 2, onResult } = options;
  await using realm = await startRealmHere();
  const proxy = protocol === 1 ? await startProtocol1Proxy(realm.port) : undefined;
  try {
    const backend = options.backend();
    for (const each of cases) {
      if (protocol === 1 && each.notInProtocol1 !== undefined) {
        continue;
      }
      const { context, end } = makeCaseContext({
        realm,
        backend,
        module: options.module,
        protocol,
        port: proxy?.port ?? realm.port,
        declared: declarationOf(options, each.id),
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
    await proxy?.[Symbol.asyncDispose]();
  }
}
