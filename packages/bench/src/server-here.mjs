// Starts the measured server in a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('server-process.mjs', import.meta.url));

/**
 * Starts server-process.mjs with the realm's keytab on an address. Its log goes to a file, as remctld's does. Throws
 * an Error if it ends before it listens.
 */
export async function startServer(realm, host = '127.0.0.1') {
  const log = openSync(join(realm.folder, 'server.log'), 'a');
  const stdio = ['ignore', log, log, 'ipc'];
  const child = fork(PROGRAM, [realm.keytabs.server, host], { env: realm.env, stdio });
  closeSync(log);
  const ended = once(child, 'exit');
  const port = await Promise.race([
    once(child, 'message').then(([message]) => message.port),
    ended.then(([status]) => {
      throw new Error(`the measured server ended with exit status ${status}`);
    }),
  ]);
  return {
    port,
    pid: child.pid,
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}
