// Shows remctl on MIT Kerberos's KDC and the real remctld.
import { BACKENDS, importCompiled } from '../compiled.mjs';
import { say } from '../steps.mjs';
import { problemOf, showProblem, tour } from './remctl.mjs';
import { heading, indent, print, show } from './show.mjs';

async function explain(realm, signal) {
  heading('What remctl is');
  print(`remctl runs named commands on a server. The client proves its identity with a Kerberos ticket. The
server (remctld) looks up the command in remctl.conf and checks its ACL. Then it runs the program
and streams back the output and the exit status. The server proves its identity too, and everything
is encrypted.`);
  heading('These servers run now, on loopback, with their files in a temporary folder');
  print(`  a Kerberos KDC   realm ${realm.name}, 127.0.0.1:${realm.kdcPort}`);
  print(`  remctld          ${realm.principals.server}, 127.0.0.1:${realm.port}`);
  print(`  a user           ${realm.principals.client}, with a ticket:\n`);
  await show('klist', 'klist', [], { env: realm.env, signal });
  print("  remctld's remctl.conf: command, subcommand, program, options, ACL\n");
  print(indent(realm.config.replaceAll(`${realm.folder}/`, '')));
}

/** Starts the realm and shows both backends. Rejects if `signal` aborts; the realm is then gone. */
export async function showRealm(signal) {
  say('demo: starting a realm');
  const { startRealm } = await importCompiled('realm', 'index.js');
  const realm = await startRealm();
  try {
    realm.useHere();
    await explain(realm, signal);
    let used = 0;
    for (const backend of Object.keys(BACKENDS)) {
      const problem = await problemOf(backend, realm);
      signal.throwIfAborted();
      if (problem === undefined) {
        used += 1;
        await tour({ realm, backend, signal });
      } else {
        showProblem(backend, problem);
      }
    }
    if (used === 0) {
      process.exitCode = 1;
    }
  } finally {
    await realm.dispose();
    heading('The servers are stopped and the folder is removed.');
  }
}
