/** Runs commands on the real remctld of a realm. */
import { createClient, RemctlProtocolError } from '@remctl/core';
import { createPureBackend } from '@remctl/pure-backend';
import type { Realm } from '@remctl/realm';
import type { Answer } from './run-command.js';

export interface RealRemctld extends AsyncDisposable {
  /** The file with its log. */
  readonly log: string;
  /** Runs a command. */
  run(...command: readonly (string | Uint8Array)[]): Promise<Answer>;
}

/** Starts a remctld with `config` and connects to it with a credential cache, alice's by default. */
export async function startReal(realm: Realm, config: string): Promise<RealRemctld> {
  const remctld = await realm.startRemctld({ config });
  return connectReal(realm, remctld);
}

/** Connects to a remctld. Disposing of the result ends the remctld. */
export async function connectReal(
  realm: Realm,
  remctld: { readonly port: number; readonly log: string; kill(): Promise<void> },
  ccache = realm.ccache,
): Promise<RealRemctld> {
  const { host } = realm;
  const { port, log } = remctld;
  const client = await createClient(createPureBackend(), { host, port, ccache });
  const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
  return {
    log,
    async run(...command) {
      try {
        const { stdout, stderr, status } = await client.run([...command]).bytes();
        return { stdout: latin1(stdout), stderr: latin1(stderr), status };
      } catch (error) {
        if (error instanceof RemctlProtocolError) {
          return { stdout: '', stderr: '', error: [error.code, error.message] };
        }
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await remctld.kill();
    },
  };
}
