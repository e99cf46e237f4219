// Shows remctl on a KDC and a server in this process.
import { importBackendMaker, importCompiled } from '../compiled.mjs';
import { say } from '../steps.mjs';
import { count, ownCommands } from './own-commands.mjs';
import { problemOf, remctl, remctlAtOnce, showProblem, tour } from './remctl.mjs';
import { heading, indent, print } from './show.mjs';

const REALM = 'REMCTL.TEST';

function explain(realm) {
  const { alice } = realm.users;
  heading('What remctl is');
  print(`remctl runs named commands on a server. The client proves its identity with a Kerberos ticket. The
server looks up the command and checks its ACL. Then it runs a function or a program and streams
back the output and the exit status. The server proves its identity too, and everything is
encrypted.`);
  heading('These run now, in this process, on loopback');
  print(`  a Kerberos KDC   realm ${realm.name}, 127.0.0.1:${realm.kdc.port}`);
  print(`  a remctl server  ${realm.principal}, 127.0.0.1:${realm.port}`);
  print(`  a user           ${alice.principal}, with a ticket in ${alice.ccache}`);
}

async function showFunctions(where) {
  heading('A command is a function, and its output streams');
  print('  The command "demo count" is this function. Its lines come with a pause after each:\n');
  print(`${indent(String(count))}\n`);
  await remctl(where, 'demo', 'count', 'line');
  print('  Two commands run at once:');
  await remctlAtOnce(where, [
    ['demo', 'count', 'this'],
    ['demo', 'count', 'that'],
  ]);
  print('  A command can be a program, too:');
  await remctl(where, 'node', '--version');
}

/** Runs `call`, which must fail with a RemctlError, and prints what a caller then knows. */
async function showFailure(call, meaning) {
  const { RemctlError } = await importCompiled('core', 'index.js');
  try {
    await call();
  } catch (error) {
    if (!(error instanceof RemctlError)) {
      throw error;
    }
    print(indent(`${error.name}: ${error.message}`));
    print(indent(`commandState: ${error.commandState} (${meaning})\n`));
    return;
  }
  throw new Error('the call succeeded although the server was gone');
}

async function showLoss({ realm, signal }) {
  const { createClient } = await importCompiled('core', 'index.js');
  const makeBackend = await importBackendMaker('pure');
  const { host, port } = realm;
  heading('A server goes away');
  print('  A program runs "demo count". After the second line the server drops the connection:\n');
  const client = await createClient(makeBackend(), { host, port });
  await showFailure(async () => {
    let lines = 0;
    for await (const token of client.run(['demo', 'count', 'line'], { signal })) {
      print(indent(Buffer.from(token.output ?? []).toString()));
      lines += 1;
      if (lines === 2) {
        realm.server.drop();
      }
    }
  }, 'it may have run: look before you try again');
  print('\n  Now the server has stopped, and the program tries again:\n');
  await realm.server.stop();
  await showFailure(
    () => client.open({ host, port, signal }),
    'nothing has run: it is safe to try again',
  );
  await realm.server.start();
}

/** Starts the realm and shows remctl on it. Rejects if `signal` aborts; the realm is then gone. */
export async function showRealm(signal) {
  say('demo: starting a realm');
  const { startTestRealm } = await importCompiled('testing', 'index.js');
  const realm = await startTestRealm({
    realm: REALM,
    users: ['alice'],
    commands: ownCommands(REALM),
    log: () => undefined,
  });
  try {
    realm.useHere();
    explain(realm);
    const where = { realm, backend: 'pure', signal };
    await tour(where);
    await showFunctions(where);
    await showLoss(where);
    const problem = await problemOf('native', realm);
    signal.throwIfAborted();
    if (problem === undefined) {
      await tour({ ...where, backend: 'native' });
    } else {
      showProblem('native', problem);
    }
  } finally {
    await realm.dispose();
    heading('The servers are stopped and the folder is removed.');
  }
}
