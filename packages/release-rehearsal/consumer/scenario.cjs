// What a stranger's program does with the packages, however it has loaded them.
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

/** Runs a command on a client's backend, and asks for one that the server does not know. */
async function useBackend(backend, { createClient, RemctlProtocolError }, target) {
  const client = await createClient(backend, target);
  try {
    const { stdout, status } = await client.run(['hello']).text();
    const failure = await client
      .run(['unknown'])
      .text()
      .then(undefined, (error) => error);
    return { stdout, status, refused: failure instanceof RemctlProtocolError && failure.code };
  } finally {
    await client.close();
  }
}

/**
 * Starts a realm, and runs a command on it by each backend and by the program `remctl`. REMCTL_PROGRAM is the
 * program's command as JSON. Returns what each gave.
 */
exports.runScenario = async (core, testing) => {
  const realm = await testing.startTestRealm({
    commands: [
      { command: 'hello', access: ['ANYUSER'], run: ({ principal }) => `hello ${principal}\n` },
    ],
  });
  realm.useHere();
  try {
    const target = realm.clientOptions();
    const [file, ...args] = JSON.parse(process.env.REMCTL_PROGRAM);
    const options = ['-p', String(target.port), '-s', target.principal, target.host];
    const program = await promisify(execFile)(file, [...args, ...options, 'hello']);
    return {
      pure: await useBackend('pure', core, target),
      native: await useBackend('native', core, target),
      program: program.stdout,
    };
  } finally {
    await realm.dispose();
  }
};
