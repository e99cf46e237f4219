// A stranger's program whose core is another copy than the backend's, as with two global installs.
//
// Arguments: the folder with the program's core, and the folder with the backend's.

import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';

const [, , mine, theirs] = process.argv;
const load = (folder, name) => createRequire(join(folder, 'package.json'))(name);
const core = load(mine, '@remctl/core');
const other = load(theirs, '@remctl/core');
const { createPureBackend } = load(theirs, '@remctl/pure-backend');
const { startTestRealm } = load(theirs, '@remctl/testing');

/** Names the classes of an error: those of the program's copy, then those of the backend's. */
function classesOf(error) {
  const names = (copy) =>
    Object.keys(copy).filter(
      (name) => name.startsWith('Remctl') && name.endsWith('Error') && error instanceof copy[name],
    );
  return [names(core), names(other)];
}

/** A server that drops its first connection, and passes the others on to the realm's. */
async function startDropping(port) {
  const met = [];
  const server = createTcpServer((socket) => {
    met.push(socket);
    socket.on('error', () => socket.destroy());
    if (met.length === 1) {
      socket.destroy();
      return;
    }
    const onward = connect(port, 'localhost');
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, met, close: () => server.close() };
}

const failureOf = (promise) => promise.then(undefined, (error) => error);

const realm = await startTestRealm({
  commands: [{ command: 'hello', access: ['ANYUSER'], run: () => 'hello\n' }],
});
realm.useHere();
const target = realm.clientOptions();
const { port, host, principal, ccache } = target;
const backend = createPureBackend();
const dropping = await startDropping(port);
const tried = [];
const watched = {
  name: 'watched',
  connect: (options) => {
    tried.push(options.port);
    return backend.connect({ ...options, host: '127.0.0.2' });
  },
};
try {
  const unreached = await failureOf(core.createClient(watched, { host, principal, ccache }));
  const client = await core.createClient(backend, { ...target, port: dropping.port });
  const { stdout } = await client.run(['hello']).text();
  const unknown = await failureOf(client.run(['unknown']).text());
  await client.close();
  const pool = await core.createPool(backend, { host, port, principal }, { ccache });
  const pooled = [(await pool.run(['hello']).text()).stdout];
  await realm.server.drop();
  pooled.push((await pool.run(['hello']).text()).stdout);
  await pool.close();
  console.log(
    JSON.stringify({
      copies: core.RemctlError === other.RemctlError ? 1 : 2,
      unreached: { tried, classes: classesOf(unreached) },
      retried: { connections: dropping.met.length, stdout },
      unknown: { code: unknown.code, classes: classesOf(unknown) },
      pooled,
    }),
  );
} finally {
  dropping.close();
  await realm.dispose();
}
