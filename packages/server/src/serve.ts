/** A server's life: it listens, serves and closes. */
import { type Principal, parsePrincipal, readKrb5Config } from '@remctl/krb5';
import { kerberosAccept } from './connection/accept.js';
import { type Connections, createConnections } from './connection/connections.js';
import type { Execute } from './execute.js';
import { openKeytabFile } from './keytab-file.js';
import type { Limits } from './limits.js';
import { checkListenOptions, type ListenOptions } from './listen-options.js';
import { type Listening, listenOn } from './listening.js';
import type { Log } from './log/record.js';

/** Where a server listens. */
export interface ServerAddress {
  /** The numeric address. */
  readonly host: string;
  readonly port: number;
}

/** A remctl server. `await using server = createServer(…)` closes it at the end of the block. */
export interface Server extends AsyncDisposable {
  /**
   * Reads the keytab, checks the commands, and begins to listen. Rejects with an Error that says what to do if
   * one of them cannot be used, if the port cannot be had, if the server listens already, or if it is closed.
   */
  listen(options?: ListenOptions): Promise<ServerAddress>;
  /**
   * Stops listening, lets running commands go on for `limits.grace` seconds, aborts them then, and ends all
   * connections. Aborted commands have ten more seconds to end. Never rejects. Every call settles when the
   * server has closed.
   */
  close(): Promise<void>;
  /** Ends all connections at once, in the middle of whatever they do. The server goes on listening. */
  drop(): void;
  /**
   * From now on the server keeps the process alive no more, nor do later connections: a test that forgot to
   * close it must not hang.
   */
  unref(): void;
  /** The number of connections, with those whose command has not ended yet. */
  readonly connections: number;
}

export interface ServeOptions {
  /** The keytab's name. */
  readonly keytab: string;
  readonly principal: string | undefined;
  readonly protocol1: boolean;
  readonly log: Log;
  readonly limits: Limits;
  readonly clockskew: number | undefined;
  readonly now: (() => number) | undefined;
  /** Makes the commands ready, before the server listens. It gets the keytab's path. */
  prepare(keytab: string): Promise<Execute>;
}

async function parseOwnPrincipal(name: string): Promise<Principal> {
  // Only a name without a realm needs krb5.conf, which a server can do without otherwise.
  const hasRealm = /(?<!\\)(?:\\\\)*@/.test(name);
  const defaultRealm = hasRealm ? undefined : (await readKrb5Config()).defaultRealm;
  return parsePrincipal(name, { defaultRealm });
}

/** Makes a server that runs commands with what `prepare` gives. Nothing happens before `listen`. */
export function serve(options: ServeOptions): Server {
  const { log, limits, protocol1 } = options;
  let state: 'new' | 'starting' | 'listening' | 'closed' = 'new';
  let listening: Listening | undefined;
  let connections: Connections | undefined;
  let starting: Promise<ServerAddress> | undefined;
  let closed: Promise<void> | undefined;
  let keepsAlive = true;

  function checkOpen(): void {
    if (state === 'closed') {
      throw new Error('this server is closed: create another one to listen again');
    }
  }

  async function start(port: number, host: string | undefined): Promise<ServerAddress> {
    const principal =
      options.principal === undefined ? undefined : await parseOwnPrincipal(options.principal);
    const keytab = await openKeytabFile(options.keytab, { principal, log });
    const execute = await options.prepare(keytab.path);
    const { clockskew, now } = options;
    const accept = kerberosAccept({ keytab, principal, clockskew, now });
    const clients = createConnections({ accept, execute, protocol1, limits, log });
    if (!keepsAlive) {
      clients.unref();
    }
    checkOpen();
    const bound = await listenOn({
      port,
      host,
      onConnection: (socket) => clients.add(socket),
      onError(error) {
        log({ type: 'server', reason: `cannot accept a connection: ${error.message}`, error });
      },
    });
    connections = clients;
    listening = bound;
    if (!keepsAlive) {
      bound.unref();
    }
    if (state === 'closed') {
      bound.stop();
    }
    checkOpen();
    return { host: bound.host, port: bound.port };
  }

  async function listen(listenOptions: ListenOptions = {}): Promise<ServerAddress> {
    const { port, host } = checkListenOptions(listenOptions);
    checkOpen();
    if (state !== 'new') {
      throw new Error('this server listens already: create another one for another port');
    }
    state = 'starting';
    try {
      starting = start(port, host);
      const address = await starting;
      state = 'listening';
      return address;
    } catch (error) {
      if (state === 'starting') {
        state = 'new';
      }
      throw error;
    }
  }

  async function endAll(): Promise<void> {
    state = 'closed';
    // The caller of listen() gets its error.
    await Promise.allSettled([starting]);
    listening?.stop();
    await connections?.close();
  }

  function close(): Promise<void> {
    closed ??= endAll();
    return closed;
  }

  return {
    listen,
    close,
    drop: () => connections?.drop(),
    unref() {
      keepsAlive = false;
      listening?.unref();
      connections?.unref();
    },
    get connections() {
      return connections?.count ?? 0;
    },
    [Symbol.asyncDispose]: close,
  };
}
