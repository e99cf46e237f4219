/** A KDC with yesterday's database, as a replica that lags behind has it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, type Realm } from '@remctl/realm';

/** Another address of loopback: libkrb5 1.20 tells KDCs apart by their hosts alone. */
const REPLICA_HOST = '127.0.0.2';
const POLL_MS = 20;

export interface Replica extends AsyncDisposable {
  /** Its `address:port`, in krb5.conf's form. */
  readonly kdc: string;
  /** Counts the AS requests in its log. */
  readonly asked: () => number;
}

/** Copies the realm's database as it is now, and starts an MIT KDC with the copy. */
export async function startReplica(realm: Realm): Promise<Replica> {
  const folder = mkdtempSync(join(realm.folder, 'replica-'));
  for (const file of readdirSync(realm.folder)) {
    if (file.startsWith('principal') || file === 'stash') {
      copyFileSync(join(realm.folder, file), join(folder, file));
    }
  }
  const port = await freePort();
  const profile = join(folder, 'kdc.conf');
  const text = readFileSync(join(realm.folder, 'kdc.conf'), 'utf8')
    .replaceAll(`${realm.folder}/`, `${folder}/`)
    .replaceAll(`127.0.0.1:${realm.kdcPort}`, `${REPLICA_HOST}:${port}`);
  writeFileSync(profile, text);
  const child = spawn('krb5kdc', ['-n', '-P', join(folder, 'pid')], {
    env: {
      ...realm.env,
      PATH: `${realm.env.PATH}:/usr/sbin:/sbin`,
      KRB5_KDC_PROFILE: profile,
    },
    detached: true,
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  // The realm's cleaner ends it if this process cannot.
  writeFileSync(join(realm.folder, 'pids', String(child.pid)), '');
  while (!(await accepts(port))) {
    if (child.exitCode !== null) {
      throw new Error(`the replica does not start: ${readFileSync(join(folder, 'kdc.log'))}`);
    }
    await sleep(POLL_MS);
  }
  return {
    kdc: `${REPLICA_HOST}:${port}`,
    asked: () => readFileSync(join(folder, 'kdc.log'), 'utf8').split(' AS_REQ ').length - 1,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, REPLICA_HOST);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
