/** A Redis server in a temporary folder, with a durable log. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@remctl/realm';

/** The folder into which tools/redis.mjs unpacks Debian's packages. */
const UNPACKED = fileURLToPath(new URL('../../../.tools/redis', import.meta.url));

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Ends it by SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on its port, with what its disk has. */
  start(): Promise<void>;
}

/** The program and its environment: the unpacked one, otherwise that of the system. */
function redisProgram(): { path: string; env: NodeJS.ProcessEnv } {
  const path = join(UNPACKED, 'usr', 'bin', 'redis-server');
  if (!existsSync(path)) {
    return { path: 'redis-server', env: process.env };
  }
  const libraries = join(UNPACKED, 'usr', 'lib');
  const folders = readdirSync(libraries)
    .filter((name) => name.includes('-linux-'))
    .map((name) => join(libraries, name));
  return { path, env: { ...process.env, LD_LIBRARY_PATH: folders.join(':') } };
}

/** Starts a Redis server on a free loopback port. Throws an Error with its log if it does not start. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-redis-'));
  const port = await freePort();
  const { path, env } = redisProgram();
  let child: ChildProcess | undefined;

  const start = async () => {
    const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', ''];
    // What a worker has noted must be on the disk before it sends a command.
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];
    const started = spawn(path, [...settings, ...durable], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    let log = '';
    const ended = once(started, 'close');
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    while (!log.includes('Ready to accept connections')) {
      await Promise.race([once(started.stdout, 'data'), ended]);
      if (started.exitCode !== null) {
        throw new Error(`redis-server does not start: ${log}`);
      }
    }
  };
  const kill = async () => {
    if (child !== undefined) {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
      child = undefined;
    }
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
