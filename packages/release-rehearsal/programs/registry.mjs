// Program: an npm registry on a free port of loopback, for one rehearsal.
//
// Arguments: its folder, and the registry that it asks for packages of others. It sends its address to its
// parent, and ends when the parent disconnects.
import { once } from 'node:events';
import { join } from 'node:path';
import { runServer } from 'verdaccio';

const [, , folder, upstream] = process.argv;
const server = await runServer({
  self_path: folder,
  storage: join(folder, 'storage'),
  auth: { htpasswd: { file: join(folder, 'htpasswd') } },
  uplinks: { upstream: { url: upstream, timeout: '60s', max_fails: 10 } },
  packages: {
    '@remctl/*': { access: '$all', publish: '$all', unpublish: '$all' },
    '**': { access: '$all', proxy: 'upstream' },
  },
  max_body_size: '200mb', // the addon for every system
  log: { type: 'stdout', level: 'warn' },
  web: { enable: false },
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.once('disconnect', () => process.exit());
process.send(`http://127.0.0.1:${server.address().port}/`);
