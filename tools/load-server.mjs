// Runs the load of a server: ours, or remctld.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BACKENDS, compiledPath, importCompiled } from './compiled.mjs';

const PROGRAM = fileURLToPath(new URL('load-server-process.mjs', import.meta.url));

/** Starts load-server-process.mjs in the realm. */
async function startOurs(realm) {
  const { readLedger } = await importCompiled('conformance', 'server-load', 'index.js');
  const ledger = join(realm.folder, 'server-ledger');
  writeFileSync(ledger, '');
  const child = fork(PROGRAM, [realm.keytabs.server, ledger], { env: realm.env });
  const ended = once(child, 'exit');
  const [port] = await once(child, 'message');
  return {
    port,
    pid: child.pid,
    command: ['load', 'record'],
    ledger: () => readLedger(ledger),
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}

/** The servers that can be loaded, by name. */
export const SERVERS = ['ours', 'remctld'];

/** Runs the load of a server and prints its report. Returns the exit status: 1 if there were faults. */
export async function loadServer(name, { connections, commands, processes, kills }) {
  const { runServerLoad, formatServerReport, startLoadedRemctld } = await importCompiled(
    'conformance',
    'server-load',
    'index.js',
  );
  const report = await runServerLoad({
    name,
    start: name === 'ours' ? startOurs : startLoadedRemctld,
    module: {
      url: pathToFileURL(compiledPath('pure-backend', 'index.js')).href,
      factory: BACKENDS.pure,
    },
    clients: Number(connections),
    commands: Number(commands),
    processes: Number(processes),
    kills: Number(kills),
  });
  console.log(formatServerReport(report));
  return report.faults.length === 0 ? 0 : 1;
}
