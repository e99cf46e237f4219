// `npm run demo`: a throwaway Kerberos realm and remctld on this machine, and remctl run against it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setUp } from './setup.mjs';
import { environment, ROOT, say } from './steps.mjs';

const packageOf = (name) => join(ROOT, 'packages', name);
const CLI = join(packageOf('cli'), 'dist', 'main.js');
const BACKENDS = ['pure', 'native'];

const print = (text = '') => console.log(text);
const heading = (text) => print(`\n--- ${text}\n`);
const indent = (text) => text.replace(/^(?=.)/gm, '    ').trimEnd();

/** Why a backend cannot be used, or undefined where it can. */
async function problemOf(backend, target) {
  const core = await import(pathToFileURL(join(packageOf('core'), 'dist', 'index.js')).href);
  try {
    const module = await import(
      pathToFileURL(join(packageOf(`${backend}-backend`), 'dist', 'index.js')).href
    );
    const factory = backend === 'native' ? module.createNativeBackend : module.createPureBackend;
    if (factory === undefined) {
      return 'it is not built yet';
    }
    const client = await core.createClient(factory(), { ...target, timeout: 10 });
    await client.close();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** Runs a program in the realm, and shows what was typed and what came back. */
function show(realm, typed, program, words, more = {}) {
  print(`  $ ${typed}`);
  const { stdout, stderr, status } = spawnSync(program, words, {
    env: { ...environment(), ...realm.env, ...more },
    encoding: 'utf8',
  });
  if (stdout) {
    print(indent(stdout));
  }
  if (stderr) {
    print(indent(stderr.replace(/^(?=.)/gm, '(standard error) ')));
  }
  print(`    [exit status ${status}]\n`);
}

function remctl(realm, backend, ...command) {
  const typed = `REMCTL_BACKEND=${backend} remctl -p ${realm.port} ${realm.host} ${command.join(' ')}`;
  const words = [CLI, '-p', String(realm.port), realm.host, ...command];
  show(realm, typed, process.execPath, words, { REMCTL_BACKEND: backend });
}

function explain(realm) {
  heading('What remctl is');
  print(`remctl runs named commands on a server. Who may run which is the server's to say: the client
proves who it is with a Kerberos ticket, the server (remctld) looks the command up in remctl.conf,
checks its ACL, runs the program, and streams back its output and exit status. All of it is
encrypted, and the server proves itself to the client as well.`);
  heading('What was started, in a temporary folder, on loopback');
  print(`  a Kerberos KDC   realm ${realm.name}, 127.0.0.1:${realm.kdcPort}`);
  print(`  remctld          ${realm.principals.server}, 127.0.0.1:${realm.port}`);
  print(`  a user           ${realm.principals.client}, who has a ticket:\n`);
  show(realm, 'klist', 'klist', []);
  print("  and remctld's remctl.conf: command, subcommand, program, options, who may run it\n");
  print(indent(realm.config.replaceAll(`${realm.folder}/`, '')));
}

function runCommands(realm, backend) {
  heading(`remctl with the ${backend} backend`);
  print('  Who does the server say that we are?');
  remctl(realm, backend, 'test', 'whoami');
  print('  Output on both streams:');
  remctl(realm, backend, 'test', 'streams');
  print("  The program's exit status is ours:");
  remctl(realm, backend, 'test', 'status', '7');
  print('  A command whose ACL does not name us, and one that there is not:');
  remctl(realm, backend, 'test', 'denied');
  remctl(realm, backend, 'no', 'such', 'command');
  print('  What can be run here, and help for one of them:');
  remctl(realm, backend, 'help');
  remctl(realm, backend, 'help', 'test', 'streams');
}

await setUp();
say('demo: starting a realm');
const { startRealm } = await import(
  pathToFileURL(join(packageOf('realm'), 'dist', 'index.js')).href
);
const realm = await startRealm();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    await realm.dispose();
    process.kill(process.pid, signal);
  });
}
try {
  const leave = realm.useHere();
  explain(realm);
  let used = 0;
  for (const backend of BACKENDS) {
    const problem = await problemOf(backend, { host: realm.host, port: realm.port });
    if (problem === undefined) {
      used += 1;
      runCommands(realm, backend);
    } else {
      heading(`the ${backend} backend cannot be used here`);
      print(`  ${problem}`);
    }
    // Lets a signal that came meanwhile be handled.
    await new Promise(setImmediate);
  }
  leave();
  if (used === 0) {
    process.exitCode = 1;
  }
} finally {
  await realm.dispose();
  heading('The realm is gone again: its servers are stopped, its folder is removed.');
}
