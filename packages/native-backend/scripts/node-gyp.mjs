// Runs node-gyp.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Runs `node-gyp rebuild` in a folder. Returns the result of spawnSync, with the output. */
export function nodeGyp(folder, env = process.env) {
  // Node's headers are often beside node itself. Without this option node-gyp would download them.
  const prefix = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
  const nodedir = env.npm_config_nodedir ?? (hasHeaders ? prefix : undefined);
  const program = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  return spawnSync(
    process.execPath,
    [program, 'rebuild', ...(nodedir === undefined ? [] : [`--nodedir=${nodedir}`])],
    { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
}
