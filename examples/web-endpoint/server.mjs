// A web endpoint: runs a command for each request.
import { createServer } from 'node:http';
import { createPool } from '@remctl/core';
import { createHandler } from './handler.mjs';

/** Connections to the remctl server: as many commands run at the same time. */
const CONNECTIONS = 8;
/** Requests that may wait for a connection. One more is answered with 503 at once. */
const WAITING = 64;
/** Seconds that the remctl server may be silent. */
const TIMEOUT_S = Number(process.env.TIMEOUT ?? 30);
/** Seconds between two NOOPs on an idle connection, so that no firewall forgets it. */
const KEEP_ALIVE_S = 60;
/** Milliseconds that running commands get to end after SIGTERM. */
const GRACE_MS = 20_000;

const { REMCTL_HOST: host, REMCTL_PORT, REMCTL_PRINCIPAL: principal } = process.env;
if (host === undefined) {
  throw new Error('set REMCTL_HOST to the name of the remctl server');
}
const pool = await createPool(
  undefined,
  { host, port: REMCTL_PORT === undefined ? undefined : Number(REMCTL_PORT), principal },
  { max: CONNECTIONS, maxWaiting: WAITING, timeout: TIMEOUT_S, keepAlive: KEEP_ALIVE_S },
);
const server = createServer(createHandler(pool));
// Loopback alone: whoever reaches this endpoint uses its Kerberos identity. Put what authenticates in front.
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  const address = server.address();
  console.log(`listening on port ${typeof address === 'object' ? address?.port : address}`);
});

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, async () => {
    // Takes no further connection. Those that clients keep open end with their next answer.
    server.close();
    server.prependListener('request', (_, response) => response.setHeader('connection', 'close'));
    try {
      // Lets the commands end that run or wait.
      await pool.close({ signal: AbortSignal.timeout(GRACE_MS) });
      server.closeIdleConnections();
    } catch (error) {
      console.error(`commands were ended: ${error}`);
      server.closeAllConnections();
    }
  });
}
