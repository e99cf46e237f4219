/**
 * A server that does what a script says, on a real socket and with a real key: it can misbehave before,
 * during and after authentication.
 */
import { createServer, type Socket } from 'node:net';
import { readKeytab } from '@remctl/krb5';
import { createPeer, type Peer } from './peer.js';
import { ClientGone } from './wire-tokens.js';

/**
 * What a server does on one connection. Where it settles, the connection stays as it is until the
 * client hangs up. It may reject with ClientGone at any time.
 */
export type Script = (peer: Peer) => Promise<void>;

export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** How many connections it has taken. */
  connections(): number;
  /** How many commands it was sent, on all of them. */
  commands(): number;
  /** What scripts failed with: the client did something else than they expected. */
  failures(): readonly unknown[];
}

export interface ScriptedServerOptions {
  /** The name of a keytab with the key of the server's principal. */
  readonly keytab: string;
  readonly script: Script;
}

export async function startScriptedServer(options: ScriptedServerOptions): Promise<ScriptedServer> {
  const keytab = await readKeytab(options.keytab);
  const sockets = new Set<Socket>();
  const failures: unknown[] = [];
  let connections = 0;
  let commands = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The client hangs up as it likes; the script notices by its next receive().
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    const peer = createPeer({
      socket,
      keytab,
      connection: connections,
      onCommand: () => {
        commands += 1;
      },
    });
    options.script(peer).catch((error: unknown) => {
      if (!(error instanceof ClientGone)) {
        failures.push(error);
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('a TCP port was expected');
  }
  return {
    port: address.port,
    connections: () => connections,
    commands: () => commands,
    failures: () => failures,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
