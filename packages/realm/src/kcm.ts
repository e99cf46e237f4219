/** Daemons that keep KCM credential caches, from the folders into which tools/kcm.mjs unpacks them. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCleanup } from './cleanup.js';
import { type Daemon, notStarted, startDaemon } from './daemon.js';
import { START_TIMEOUT_MS } from './ports.js';
import { notUnpacked, toolsFolder } from './tools-folder.js';
import { unshared } from './unshare.js';

/** Whose daemon it is. */
export type KcmMaker = 'sssd' | 'heimdal';

/** A running daemon. `await using kcm = await startKcm('sssd')` ends it. */
export interface Kcm extends AsyncDisposable {
  /** The path of its socket, for kcm_socket in krb5.conf. */
  readonly socket: string;
  /** Ends the daemon; clients then cannot reach one. Caches that it kept in memory are gone. */
  stop(): Promise<void>;
  /** Ends the daemon and removes its folder. */
  dispose(): Promise<void>;
}

const SOCKET_POLL_MS = 10;

interface Program {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Finds a daemon's program. Throws an Error that says where it comes from if it is missing. */
function programOf(maker: KcmMaker): Program {
  const root = toolsFolder(`${maker}-kcm`);
  const path = join(root, maker === 'sssd' ? 'usr/libexec/sssd/sssd_kcm' : 'usr/sbin/kcm');
  if (!existsSync(path)) {
    throw notUnpacked(path, maker === 'sssd' ? ['sssd-kcm', 'sssd-common'] : ['heimdal-kcm']);
  }
  accessSync(path, constants.X_OK);
  const folders = ['usr/lib', 'lib']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.includes('-linux-'))
        .map((name) => join(folder, name)),
    );
  const libraries = folders.flatMap((folder) => [folder, `${folder}/sssd`, `${folder}/samba`]);
  const modules = folders.map((folder) => `${folder}/samba/ldb`).find((each) => existsSync(each));
  const env = { ...process.env, LD_LIBRARY_PATH: libraries.join(':') };
  return { path, env: modules === undefined ? env : { ...env, LDB_MODULES_PATH: modules } };
}

/**
 * Returns the command that runs Heimdal's daemon with `folder` as /run, where its socket always is,
 * and the path of the socket.
 */
function heimdalCommand(folder: string, path: string) {
  const run = join(folder, 'run');
  mkdirSync(run);
  const script = 'mount --bind "$1" /run && shift && exec "$@"';
  return {
    socket: join(run, '.heim_org.h5l.kcm-socket'),
    command: unshared([], script, run, [path]),
  };
}

/**
 * Returns the command that runs sssd's daemon with a folder of its own as /var/lib, where its
 * database always is, and the path of the socket.
 */
function sssdCommand(folder: string, path: string) {
  const state = join(folder, 'state');
  const socket = join(folder, 'kcm.socket');
  for (const name of ['db', 'secrets', 'mc', 'pipes/private', 'pubconf']) {
    mkdirSync(join(state, 'sss', name), { recursive: true, mode: 0o700 });
  }
  const config = join(folder, 'sssd.conf');
  writeFileSync(config, `[sssd]\nservices =\n[kcm]\nsocket_path = ${socket}\n`, { mode: 0o600 });
  const script =
    'mount --bind "$1" /var/lib && "$2" --config="$3" --genconf-section=kcm && shift 3 && exec "$@"';
  const sssd = path.replace('libexec/sssd/sssd_kcm', 'sbin/sssd');
  const daemon = [path, '--uid=0', '--gid=0', '--logger=stderr'];
  return { socket, command: unshared([], script, state, [sssd, config, ...daemon]) };
}

async function answers(socket: string): Promise<boolean> {
  const client = connect({ path: socket });
  return new Promise((resolve) => {
    client.once('connect', () => resolve(true));
    client.once('error', () => resolve(false));
  }).then((done) => {
    client.destroy();
    return done === true;
  });
}

async function waitForSocket(socket: string, { ended }: Daemon): Promise<boolean> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  ended.then(over);
  const timer = setTimeout(over, START_TIMEOUT_MS);
  try {
    while (!isOver) {
      if (await answers(socket)) {
        return true;
      }
      await sleep(SOCKET_POLL_MS);
    }
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Starts a daemon in a mount namespace and a temporary folder of its own. Needs root or user
 * namespaces. Throws an Error with the daemon's log if it does not start, or that says what to
 * install.
 */
export async function startKcm(maker: KcmMaker): Promise<Kcm> {
  const { path, env } = programOf(maker);
  const folder = mkdtempSync(join(tmpdir(), 'remctl-kcm-'));
  const cleanup = startCleanup(folder);
  try {
    const log = join(folder, 'kcm.log');
    const make = maker === 'sssd' ? sssdCommand : heimdalCommand;
    const { socket, command } = make(folder, path);
    const [program = '', ...args] = command;
    const daemon = await startDaemon(program, args, { env, log, cleanup });
    if (!(await waitForSocket(socket, daemon))) {
      throw notStarted(`the KCM daemon of ${maker}`, log);
    }
    const dispose = () => cleanup.end();
    return { socket, stop: () => daemon.kill(), dispose, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await cleanup.end();
    throw error;
  }
}
