/**
 * A server that does what a script says.
 *
 * It has a real socket and a real key, so that clients authenticate to it. A script can break the
 * protocol before, during and after authentication.
 */
import { createServer, type Socket } from 'node:net';
import { readKeytab } from '@remctl/krb5';
import { ClientGone } from './framing.js';
import { createPeer, type Peer } from './peer.js';

/**
 * What the server does on one connection. After the script the connection stays as it is until the
 * client closes it. A script may throw ClientGone at any time.
 */
export type Script = (peer: Peer) => Promise<void>;

export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** Returns the number of connections that the server has accepted. */
  connections(): number;
  /** Returns the number of commands that clients sent on all connections. */
  commands(): number;
  /** Returns the errors of scripts: the client did something that its script did not expect. */
  failures(): readonly unknown[];
}

export interface ScriptedServerOptions {
  /** The file name of a keytab with the key of the server's principal. */
  readonly keytab: string;
  readonly script: Script;
}

/** Starts the server on a free port of 127.0.0.1. Disposal closes all connections. */
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
    // A client may hang up at any time; the script learns it from its next receive().
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
