// The program of `npm run bench`: speed of backends, pools and server, start-up, limits, and many hosts.
import { startRealm } from '@remctl/realm';
import { measureHosts } from './hosts.mjs';
import { measureLimits } from './limits.mjs';
import { measurePool } from './pool.mjs';
import { startServer } from './server-here.mjs';
import { measureServerSpeed } from './server-speed.mjs';
import { measureSpeed } from './speed.mjs';
import { measureStartUp } from './start-up.mjs';

const realm = await startRealm();
try {
  realm.useHere();
  await measureSpeed(realm);
  await measurePool(realm);
  measureStartUp(realm);
  await measureLimits(realm);
  await measureHosts(realm);
  const server = await startServer(realm);
  measureServerSpeed(realm, server.port);
  await server.stop();
} finally {
  await realm.dispose();
}
