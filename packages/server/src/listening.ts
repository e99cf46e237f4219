/** Listens on a port, with errors that say what to do. */
import { createServer, type Server, type Socket } from 'node:net';
import { systemErrorCode } from './file/system-error.js';

/** Connections that the system keeps until they are accepted, if it allows as many. */
const BACKLOG = 4096;

export interface ListeningOptions {
  readonly port: number;
  /** Every address of the machine without it. */
  readonly host: string | undefined;
  onConnection(socket: Socket): void;
  /** The system could not hand over a connection. */
  onError(error: Error): void;
}

/** A bound socket. */
export interface Listening {
  /** The numeric address. */
  readonly host: string;
  readonly port: number;
  /** Stops listening. Connections go on. */
  stop(): void;
  /** Listening does not keep the process alive any more. */
  unref(): void;
}

function advice(code: string | undefined, port: number, place: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `another program listens on ${place}: stop it, or choose another port`;
    case 'EACCES':
    case 'EPERM':
      return `this user may not listen on ${place}: choose a port from 1024 on, or run as a user who may`;
    case 'EADDRNOTAVAIL':
      return `this machine does not have the address of ${place}: choose one of its own`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name of ${place} cannot be resolved: check its spelling, or use a numeric address`;
    case 'EMFILE':
    case 'ENFILE':
      return `too many files are open to listen on ${place}: raise the limit (ulimit -n)`;
    default:
      return `cannot listen on ${place}: check host and port ${port} (${code ?? 'no code'})`;
  }
}

function listenError(error: Error, { port, host }: ListeningOptions): Error {
  const code = systemErrorCode(error);
  const place = host === undefined ? `port ${port}` : `${host} port ${port}`;
  return Object.assign(new Error(advice(code, port, place), { cause: error }), { code });
}

/** Begins to listen. Throws an Error with the system's `code` if it cannot. */
export async function listenOn(options: ListeningOptions): Promise<Listening> {
  const server = createServer({ allowHalfOpen: true }, options.onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, options)));
    server.listen({ port: options.port, host: options.host, backlog: BACKLOG }, resolve);
  });
  server.removeAllListeners('error');
  server.on('error', options.onError);
  return {
    ...addressOf(server),
    stop: () => server.close(),
    unref: () => server.unref(),
  };
}

function addressOf(server: Server): { readonly host: string; readonly port: number } {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('a server that listens has no address');
  }
  return { host: address.address, port: address.port };
}
