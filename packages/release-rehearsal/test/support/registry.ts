/** Starts a registry for one rehearsal. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { maintainerEnvironment } from './environments.js';
import { NEWER_NODE, PACKAGE } from './programs.js';
import { run } from './run.js';

export interface Registry extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/`. */
  readonly url: string;
}

/** Starts a registry that keeps its packages in a folder. It gets the packages of others where npm gets them here. */
export async function startRegistry(folder: string): Promise<Registry> {
  const env = maintainerEnvironment();
  const { stdout } = await run(['npm', 'config', 'get', 'registry'], { cwd: folder, env });
  const child = fork(join(PACKAGE, 'programs', 'registry.mjs'), [folder, stdout.trim()], {
    env,
    execPath: NEWER_NODE,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const [url] = await Promise.race([
    once(child, 'message'),
    ended.then(([status]) => Promise.reject(new Error(`the registry ended with ${status}`))),
  ]);
  return {
    url: String(url),
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await ended;
    },
  };
}
