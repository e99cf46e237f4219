/** Makes what a case works with, and releases it. */
import { type Backend, type ClientOptions, Remctl } from '@remctl/core';
import { type Realm, type RealmOptions, startRealm } from '@remctl/realm';
import type { BackendModule, CaseContext, CaseDeclaration } from './case.js';

export interface CaseContextOptions {
  readonly realm: Realm;
  /** The options of `realm`. */
  readonly realmOptions?: RealmOptions | undefined;
  readonly backend: Backend;
  readonly module?: BackendModule | undefined;
  readonly protocol: 1 | 2;
  readonly port: number;
  readonly declared: CaseDeclaration;
}

/** Returns a case's context, and `end`, which releases everything that the case took from it. */
export function makeCaseContext(options: CaseContextOptions): {
  context: CaseContext;
  end: () => Promise<void>;
} {
  const { realm, backend, module, protocol, port, declared } = options;
  const resources: AsyncDisposable[] = [];
  const client = (clientOptions?: ClientOptions) => {
    const made = new Remctl(backend, clientOptions);
    resources.push(made);
    return made;
  };
  const context: CaseContext = {
    backend,
    module,
    realm,
    protocol,
    host: realm.host,
    port,
    declared,
    client,
    async open(clientOptions) {
      const made = client(clientOptions);
      await made.open(realm.host, port);
      return made;
    },
    startRealm: (more) => context.use(startRealm({ ...options.realmOptions, ...more })),
    async use(resource) {
      const made = await resource;
      resources.push(made);
      return made;
    },
  };
  const end = async () => {
    for (const resource of resources.reverse()) {
      await resource[Symbol.asyncDispose]();
    }
  };
  return { context, end };
}
