/** Starts a server with an `Execute` of the test. */
import type { Realm } from '@remctl/realm';
import { onTestFinished } from 'vitest';
import type { Execute } from '../../src/execute.js';
import { checkLimits, type Limits } from '../../src/limits.js';
import type { LogRecord } from '../../src/log/record.js';
import { type ServeOptions, type Server, serve } from '../../src/serve.js';

export interface StartOptions extends Partial<Omit<ServeOptions, 'limits' | 'prepare' | 'log'>> {
  readonly limits?: Partial<Limits>;
}

export interface StartedServer extends Server {
  readonly port: number;
  readonly records: LogRecord[];
}

/** Makes a server that does not listen yet. */
export function createTestServer(
  realm: Pick<Realm, 'keytabs'>,
  execute: Execute,
  options: StartOptions = {},
): { readonly server: Server; readonly records: LogRecord[] } {
  const records: LogRecord[] = [];
  const server = serve({
    keytab: realm.keytabs.server,
    principal: undefined,
    protocol1: false,
    clockskew: undefined,
    now: undefined,
    ...options,
    limits: checkLimits(options.limits),
    log: (record) => records.push(record),
    prepare: async () => execute,
  });
  return { server, records };
}

/** Starts a server on a free port of 127.0.0.1. It is closed at the end of the test. */
export async function startServer(
  realm: Pick<Realm, 'keytabs'>,
  execute: Execute,
  options: StartOptions = {},
): Promise<StartedServer> {
  const { server, records } = createTestServer(realm, execute, options);
  onTestFinished(() => {
    server.drop();
    return server.close();
  });
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  // A getter must stay a getter.
  return Object.create(server, { port: { value: port }, records: { value: records } });
}
