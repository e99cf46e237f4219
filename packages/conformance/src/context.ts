/** Makes what a case works with. */
import { type Backend, type ClientOptions, Remctl } from '@remctl/core';
import type { Realm } from '@remctl/realm';
import type { BackendModule, Context } from './case.js';

export interface ContextOptions {
  readonly realm: Realm;
  readonly backend: Backend;
  readonly module?: BackendModule | undefined;
  readonly protocol: 1 | 2;
  readonly port: number;
}

/** A context, and what releases all that a case took from it. */
export function makeContext({ realm, backend, module, protocol, port }: ContextOptions): {
  context: Context;
  end: () => Promise<void>;
} {
  const resources: AsyncDisposable[] = [];
  const client = (options?: ClientOptions) => {
    const made = new Remctl(backend, options);
    resources.push(made);
    return made;
  };
  const context: Context = {
    backend,
    module,
    realm,
    protocol,
    host: realm.host,
    port,
    client,
    async open(options) {
      const made = client(options);
      await made.open(realm.host, port);
      return made;
    },
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
