// Shows commands of the program remctl.
import { compiledPath, importBackendMaker, importCompiled } from '../compiled.mjs';
import { heading, print, run, show, wrap } from './show.mjs';

const CLI = compiledPath('cli', 'main.js');

/** Returns why a backend cannot be used on a server; undefined if it can. */
export async function problemOf(backend, { host, port }) {
  const { createClient } = await importCompiled('core', 'index.js');
  try {
    const makeBackend = await importBackendMaker(backend);
    const client = await createClient(makeBackend(), { host, port, timeout: 10 });
    await client.close();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** Shows why a backend cannot be used. */
export function showProblem(backend, problem) {
  heading(`The ${backend} backend cannot be used here`);
  print(wrap(problem));
}

/** Returns what remctl needs to run a command with a backend, and what a user would type. */
function invocation({ host, port, env }, backend, command) {
  return {
    typed: `REMCTL_BACKEND=${backend} remctl -p ${port} ${host} ${command.join(' ')}`,
    args: [CLI, '-p', String(port), host, ...command],
    env: { ...env, REMCTL_BACKEND: backend },
  };
}

/** Runs remctl and shows its output as it comes. Rejects if `signal` aborts. */
export function remctl({ realm, backend, signal }, ...command) {
  const { typed, args, env } = invocation(realm, backend, command);
  return show(typed, process.execPath, args, { env, signal });
}

/**
 * Runs several commands at once, each a remctl of its own. Shows their lines as they come. Rejects if
 * `signal` aborts.
 */
export async function remctlAtOnce({ realm, backend, signal }, commands) {
  signal.throwIfAborted();
  const runs = commands.map((command) => invocation(realm, backend, command));
  for (const [index, { typed }] of runs.entries()) {
    print(`  $ ${typed}${index < runs.length - 1 ? ' &' : ''}`);
  }
  const endings = await Promise.all(
    runs.map(({ args, env }) => run(process.execPath, args, { env, signal })),
  );
  signal.throwIfAborted();
  print(`    [${endings.join(', ')}]\n`);
}

/** Shows what remctl does on every server. */
export async function tour(where) {
  heading(`remctl with the ${where.backend} backend`);
  print('  The server tells us who we are:');
  await remctl(where, 'test', 'whoami');
  print('  A command prints on both streams:');
  await remctl(where, 'test', 'streams');
  print("  remctl ends with the command's exit status:");
  await remctl(where, 'test', 'status', '7');
  print('  The server refuses a command whose ACL does not name us, and an unknown command:');
  await remctl(where, 'test', 'denied');
  await remctl(where, 'no', 'such', 'command');
  print('  The server lists its commands, and helps with one of them:');
  await remctl(where, 'help');
  await remctl(where, 'help', 'test', 'streams');
}
