/** A realm's remctl server: stopped, started, and given new keys. */
import { createServer, type Server, type ServerOptions } from '@remctl/server';
import { checkDifference } from '../kdc/checks.js';
import type { TestKdc } from '../kdc/test-kdc.js';
import { stepsInTurn } from '../steps-in-turn.js';
import type { KeptKeys, TestServer } from './test-realm.js';
import { writeWhole } from './write-file.js';

/** Where the server listens: clients connect to `localhost`. */
const HOST = '127.0.0.1';
const MS_PER_SECOND = 1000;
const KEPT_KEYS: readonly KeptKeys[] = ['both', 'new', 'old'];
/** Milliseconds that `stop` waits for commands to end. A test's command may well ignore its signal. */
const STOP_WAIT_MS = 500;
/** Turns of the event loop until a client in this process has seen the end of its socket, and one to spare. */
const NOTICE_TURNS = 3;

export interface RealmServerOptions {
  readonly kdc: TestKdc;
  /** The service's principal. */
  readonly principal: string;
  /** The path of the keytab, which is written here. */
  readonly keytab: string;
  /** 0 for a free port. */
  readonly port: number;
  /** Throws an Error if the realm has ended: then the server must not start again. */
  readonly checkRunning: () => void;
  readonly options: Omit<ServerOptions, 'keytab' | 'principal' | 'clockskew' | 'now'>;
}

export interface RealmServer extends TestServer {
  readonly port: number;
}

/** Waits for work that never rejects, but not longer than `ms` milliseconds. */
function settledWithin(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Waits until this process's clients have seen the ends of their connections. */
async function noticed(): Promise<void> {
  for (let turn = 0; turn < NOTICE_TURNS; turn += 1) {
    await new Promise(setImmediate);
  }
}

/** Writes the service's keytab and starts the server. Throws an Error if it cannot listen. */
export async function startRealmServer({
  kdc,
  principal,
  keytab,
  port,
  checkRunning,
  options,
}: RealmServerOptions): Promise<RealmServer> {
  let skewMs = 0;
  let server: Server | undefined;

  async function listen(at: number): Promise<number> {
    const created = createServer({ ...options, keytab, now: () => Date.now() + skewMs });
    created.unref();
    const address = await created.listen({ host: HOST, port: at });
    server = created;
    return address.port;
  }

  async function writeKeytab(which: KeptKeys): Promise<void> {
    if (which !== 'old') {
      await writeWhole(keytab, await kdc.keytab(principal, { oldKeys: which === 'both' }));
    }
  }

  await writeKeytab('new');
  const bound = await listen(port);
  const inTurn = stepsInTurn();
  return {
    port: bound,
    keytab,
    get connections() {
      return server?.connections ?? 0;
    },
    async drop() {
      server?.drop();
      await noticed();
    },
    stop: () =>
      inTurn(async () => {
        const stopped = server;
        server = undefined;
        stopped?.drop();
        if (stopped !== undefined) {
          await settledWithin(stopped.close(), STOP_WAIT_MS);
          await noticed();
        }
      }),
    start: () =>
      inTurn(async () => {
        checkRunning();
        if (server === undefined) {
          await listen(bound);
        }
      }),
    skew(seconds) {
      checkDifference('skew', seconds);
      skewMs = seconds * MS_PER_SECOND;
    },
    changeKey: (which = 'both') => {
      if (!KEPT_KEYS.includes(which)) {
        throw new RangeError(`changeKey takes ${KEPT_KEYS.join(', ')}, not ${String(which)}`);
      }
      return inTurn(async () => {
        checkRunning();
        kdc.changeKey(principal);
        await writeKeytab(which);
      });
    },
  };
}
