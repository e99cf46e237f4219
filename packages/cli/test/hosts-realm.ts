/** A realm whose remctld has many names, and `remctl` that runs there as alice. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Realm, startRealm } from '@remctl/realm';
import { REMCTL } from './program.js';
import { runProgram } from './run-program.js';

/** The end of a run, its output as text. */
export interface RunEnded {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HostsRealm extends AsyncDisposable {
  readonly realm: Realm;
  /** The command that runs `remctl` with arguments; the server's principal and port are given. */
  command(args: readonly string[]): string[];
  /** Runs it to its end. `input` is its standard input. */
  run(args: readonly string[], env?: NodeJS.ProcessEnv, input?: string): Promise<RunEnded>;
}

/** Starts the realm. */
export async function startHostsRealm(): Promise<HostsRealm> {
  const realm = await startRealm();
  const command = (args: readonly string[]) => [
    ...[process.execPath, REMCTL, '-p', String(realm.port), '-s', realm.principals.server],
    ...args,
  ];
  return {
    realm,
    command,
    async run(args, env = {}, input = '') {
      const [program = '', ...rest] = command(args);
      const { child, ended } = runProgram(program, rest, { ...realm.env, ...env });
      child.stdin.end(input);
      const { status, stdout, stderr } = await ended;
      return { status, stdout: stdout.toString('latin1'), stderr: stderr.toString() };
    },
    async [Symbol.asyncDispose]() {
      await realm.dispose();
    },
  };
}

/** Writes a file into the realm's folder and returns its path. */
export function realmFile({ realm }: HostsRealm, name: string, text: string | Uint8Array): string {
  const path = join(realm.folder, name);
  writeFileSync(path, text);
  return path;
}
