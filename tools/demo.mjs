// The program of `npm run demo`: runs remctl against a throwaway realm.
import { spawnSync } from 'node:child_process';
import { BACKENDS, compiledPath, importBackendMaker, importCompiled } from './compiled.mjs';
import { setUp } from './setup.mjs';
import { environment, say } from './steps.mjs';

const CLI = compiledPath('cli', 'main.js');

const print = (text = '') => console.log(text);
const heading = (text) => print(`\n--- ${text}\n`);
/** Indents every line that is not empty. */
const indent = (text) => text.replace(/^(?=.)/gm, '    ').trimEnd();

/** Returns why a backend cannot be used; undefined if it can. */
async function problemOf(backend, target) {
  const { createClient } = await importCompiled('core', 'index.js');
  try {
    const makeBackend = await importBackendMaker(backend);
    if (makeBackend === undefined) {
      return 'it is not built yet';
    }
    const client = await createClient(makeBackend(), { ...target, timeout: 10 });
    await client.close();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** Runs a program in the realm, and prints the typed command and its result. */
function show(realm, typed, program, args, more = {}) {
  print(`  $ ${typed}`);
  const { stdout, stderr, status } = spawnSync(program, args, {
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
  const args = [CLI, '-p', String(realm.port), realm.host, ...command];
  show(realm, typed, process.execPath, args, { REMCTL_BACKEND: backend });
}

function explain(realm) {
  heading('What remctl is');
  print(`remctl runs named commands on a server. The client proves its identity with a Kerberos ticket. The
server (remctld) looks up the command in remctl.conf and checks its ACL. Then it runs the program
and streams back the output and the exit status. The server proves its identity too, and everything
is encrypted.`);
  heading('These servers run now, on loopback, with their files in a temporary folder');
  print(`  a Kerberos KDC   realm ${realm.name}, 127.0.0.1:${realm.kdcPort}`);
  print(`  remctld          ${realm.principals.server}, 127.0.0.1:${realm.port}`);
  print(`  a user           ${realm.principals.client}, with a ticket:\n`);
  show(realm, 'klist', 'klist', []);
  print("  remctld's remctl.conf: command, subcommand, program, options, ACL\n");
  print(indent(realm.config.replaceAll(`${realm.folder}/`, '')));
}

function runCommands(realm, backend) {
  heading(`remctl with the ${backend} backend`);
  print('  The server tells us who we are:');
  remctl(realm, backend, 'test', 'whoami');
  print('  A command prints on both streams:');
  remctl(realm, backend, 'test', 'streams');
  print("  remctl ends with the command's exit status:");
  remctl(realm, backend, 'test', 'status', '7');
  print('  The server refuses a command whose ACL does not name us, and an unknown command:');
  remctl(realm, backend, 'test', 'denied');
  remctl(realm, backend, 'no', 'such', 'command');
  print('  The server lists its commands, and helps with one of them:');
  remctl(realm, backend, 'help');
  remctl(realm, backend, 'help', 'test', 'streams');
}

await setUp('system');
say('demo: starting a realm');
const { startRealm } = await importCompiled('realm', 'index.js');
const realm = await startRealm();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    await realm.dispose();
    process.kill(process.pid, signal);
  });
}
try {
  realm.useHere();
  explain(realm);
  let used = 0;
  for (const backend of Object.keys(BACKENDS)) {
    const problem = await problemOf(backend, { host: realm.host, port: realm.port });
    if (problem === undefined) {
      used += 1;
      runCommands(realm, backend);
    } else {
      heading(`The ${backend} backend cannot be used here`);
      print(`  ${problem}`);
    }
    // A signal that came meanwhile is handled only in a later turn of the event loop.
    await new Promise(setImmediate);
  }
  if (used === 0) {
    process.exitCode = 1;
  }
} finally {
  await realm.dispose();
  heading('The servers are stopped and the folder is removed.');
}
