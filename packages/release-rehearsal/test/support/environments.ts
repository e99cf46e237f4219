/** The environments of programs: the maintainer's, and a stranger's. */
import { OUTER_PATH } from './programs.js';

/** Variables that npm, pnpm and turbo set for the programs that they start. */
const OF_A_RUNNER = /^(npm_|pnpm_|turbo_|vitest|node_path$|init_cwd$|node_env$|node_options$)/i;

function outer(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OF_A_RUNNER.test(name));
  return { ...Object.fromEntries(kept), PATH: OUTER_PATH };
}

/** A maintainer's shell in a clone: the machine's settings, and no pnpm. */
export function maintainerEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...outer(), CI: 'true', ...more };
}

/** A stranger's shell: no setting of this machine, and every cache in a folder of its own. */
export function strangerEnvironment(home: string): NodeJS.ProcessEnv {
  const { XDG_CACHE_HOME, XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME, ...others } = outer();
  return { ...others, HOME: home, USERPROFILE: home, CI: 'true', NO_UPDATE_NOTIFIER: '1' };
}
