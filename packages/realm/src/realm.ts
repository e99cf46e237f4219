/** Starts a Kerberos realm in one temporary folder: KDC, principals, caches, remctld. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cleanup, startCleanup } from './cleanup.js';
import { type ClockFile, type ClockOffset, withClock } from './clock.js';
import { type Daemon, notStarted } from './daemon.js';
import { checkPrograms } from './find-program.js';
import { heimdalKdc } from './heimdal-kdc.js';
import type { KdcMaker } from './kdc.js';
import { krb5ConfText } from './krb5-conf.js';
import { mitKdc } from './mit-kdc.js';
import { freePort, PORT_ATTEMPTS, START_TIMEOUT_MS, waitForPort } from './ports.js';
import { setVariables } from './process-environment.js';
import { PROGRAM, PROGRAM_NAME, remctlConf } from './remctl-conf.js';
import { type Remctld, type RemctldOptions, type ServerProgram, startRemctld } from './remctld.js';
import { runProgram } from './run-program.js';
import { sambaKdc } from './samba-kdc.js';
import { hasCode } from './system-error.js';

export interface RealmOptions {
  /** The realm's name; REMCTL.TEST by default. */
  readonly realm?: string;
  /** The encryption type of all keys, tickets and sessions; by default AES-256 with SHA-1. */
  readonly enctype?:
    | 'aes128-cts-hmac-sha1-96'
    | 'aes256-cts-hmac-sha1-96'
    | 'aes128-cts-hmac-sha256-128'
    | 'aes256-cts-hmac-sha384-192';
  /** More lines for [libdefaults] of krb5.conf. */
  readonly libdefaults?: readonly string[];
  /** More lines at the end of kdc.conf of MIT's KDC, such as `[kdcdefaults]` with its settings. */
  readonly kdcConf?: readonly string[];
  /**
   * The KDC's maker; by default MIT, or a function that makes another KDC. Other programs, kinit and
   * remctld included, use MIT's libraries.
   */
  readonly kdc?: 'mit' | 'heimdal' | 'samba' | KdcMaker;
  /** The difference of the KDC's and remctld's clock from this machine's. */
  readonly clock?: ClockOffset | ClockFile;
  /**
   * The program, with its first arguments, that runs in remctld's place. It gets remctld's options
   * `-m -F -S -b ADDRESS -p PORT -k KEYTAB -f FILE -P FILE` after them.
   */
  readonly remctld?: ServerProgram;
}

export interface KinitOptions {
  /** The client without its realm; by default `alice`. */
  readonly principal?: string;
  /** The ticket's lifetime in kinit's form, for example `1s`; by default `10h`. */
  readonly lifetime?: string;
  /** The cache's name; by default a new FILE in the realm's folder. */
  readonly ccache?: string;
  /** The difference of kinit's clock from this machine's. */
  readonly clock?: ClockOffset | ClockFile;
}

/** A running realm. `await using realm = await startRealm()` disposes of it. */
export interface Realm extends AsyncDisposable {
  readonly name: string;
  /** The folder of all its files; `dispose()` removes it. */
  readonly folder: string;
  /**
   * The host to connect to: `localhost`. A client makes the default principal host/localhost from
   * it.
   */
  readonly host: string;
  /** The remctld's port. */
  readonly port: number;
  readonly remctld: Remctld;
  readonly krb5Conf: string;
  /** The text of the remctld's remctl.conf. */
  readonly config: string;
  readonly kdcPort: number;
  readonly principals: {
    /** host/localhost@REALM: the server's own, and a client's default for `host`. */
    readonly server: string;
    /** A second principal of the server: the KDC and the server's keytab have it. */
    readonly otherServer: string;
    /** A service that the KDC knows and the server's keytab lacks. */
    readonly wrongServer: string;
    /** A service that the KDC does not know. */
    readonly unknownServer: string;
    /** alice@REALM, the owner of `ccache`. */
    readonly client: string;
    /** mallory@REALM, the owner of `otherCcache`. */
    readonly otherClient: string;
  };
  readonly keytabs: { readonly server: string; readonly client: string };
  readonly passwords: { readonly client: string };
  readonly ccache: string;
  readonly otherCcache: string;
  /** The environment for child processes: this process's, with the realm's files for Kerberos. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Sets KRB5_CONFIG (by default the realm's krb5.conf) and KRB5CCNAME in this process. Returns a
   * function that restores the former values. `dispose()` restores them too.
   */
  useHere(krb5Conf?: string): () => void;
  /** Runs kinit with the client keytab and returns the cache's name. */
  kinit(options?: KinitOptions): Promise<string>;
  /** Returns a cache with an expired ticket. The first call takes two seconds. */
  expiredCcache(): Promise<string>;
  /** Runs a command of kadmin.local, of Heimdal's `kadmin -l`, or of samba-tool. Returns its output. */
  kadmin(command: string): Promise<string>;
  /** Ends the KDC; clients then cannot reach one. */
  stopKdc(): Promise<void>;
  /** Starts the KDC again on its port. Throws an Error with its log if the KDC does not answer. */
  startKdc(): Promise<void>;
  /** Starts one more remctld. */
  startRemctld(options?: RemctldOptions): Promise<Remctld>;
  /** Returns how often `test tally NAME` and `test trace NAME` ran. */
  tally(name: string): number;
  /** Ends all of the realm's processes, removes its folder, and undoes every `useHere()`. */
  dispose(): Promise<void>;
}

/**
 * Starts a realm with its KDC and a remctld, in well under 3 seconds. Throws an Error that says
 * what to install if a program is missing.
 */
export async function startRealm(options: RealmOptions = {}): Promise<Realm> {
  checkPrograms(typeof options.kdc === 'function' ? 'other' : (options.kdc ?? 'mit'));
  const folder = mkdtempSync(join(tmpdir(), 'remctl-realm-'));
  // Commands run as the user who runs remctld, so no other user needs the folder.
  chmodSync(folder, 0o700);
  const cleanup = startCleanup(folder);
  try {
    return await buildRealm(folder, cleanup, options);
  } catch (error) {
    await cleanup.end();
    throw error;
  }
}

const MAKERS = { mit: mitKdc, heimdal: heimdalKdc, samba: sambaKdc };

function makerOf(kdc: RealmOptions['kdc'] = 'mit'): KdcMaker {
  return typeof kdc === 'function' ? kdc : MAKERS[kdc];
}

async function buildRealm(folder: string, cleanup: Cleanup, options: RealmOptions): Promise<Realm> {
  const name = options.realm ?? 'REMCTL.TEST';
  const { clock } = options;
  const enctype = options.enctype ?? 'aes256-cts-hmac-sha1-96';
  const at = (file: string) => join(folder, file);
  const krb5Conf = at('krb5.conf');
  const password = randomBytes(12).toString('hex');
  const keytabs = { server: at('server.keytab'), client: at('client.keytab') };
  const principals = {
    server: `host/localhost@${name}`,
    otherServer: `remctl/localhost@${name}`,
    wrongServer: `wrong/localhost@${name}`,
    unknownServer: `unknown/localhost@${name}`,
    client: `alice@${name}`,
    otherClient: `mallory@${name}`,
  };
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    KRB5_CONFIG: krb5Conf,
    KRB5CCNAME: `FILE:${at('alice.ccache')}`,
    // By default the replay cache is a file in a folder that outlives the realm.
    KRB5RCACHENAME: `file2:${at('replay-cache')}`,
  };

  mkdirSync(at('tally'));
  writeFileSync(at(PROGRAM_NAME), PROGRAM, { mode: 0o755 });

  const makeKdc = makerOf(options.kdc);
  const files = { folder, krb5Conf, env, cleanup };
  const { kdcConf = [] } = options;
  const kdc = await makeKdc({ realm: name, enctype, password, clock, kdcConf, ...files });
  let kdcPort = 0;
  let daemon: Daemon | undefined;
  const writeConfiguration = () => {
    writeFileSync(krb5Conf, krb5ConfText(name, kdcPort, enctype, options.libdefaults ?? []));
    kdc.configure(kdcPort);
  };
  const startKdc = async () => {
    daemon = await kdc.start();
    if (!(await waitForPort(kdcPort, daemon.ended, START_TIMEOUT_MS))) {
      throw notStarted('the KDC', kdc.log);
    }
  };

  kdcPort = kdc.port ?? (await freePort());
  writeConfiguration();
  await kdc.create();
  const services = [principals.server, `host/127.0.0.1@${name}`, principals.otherServer];
  await kdc.addWithRandomKeys([...services, principals.wrongServer, principals.otherClient]);
  await kdc.addWithPassword(principals.client, password);
  await kdc.writeServiceKeys(keytabs.server, services);
  await kdc.writeClientKeys(keytabs.client, [principals.client, principals.otherClient]);

  let caches = 0;
  const kinit = async (more: KinitOptions = {}) => {
    const { principal = 'alice', lifetime = '10h' } = more;
    caches += 1;
    const cache = more.ccache ?? `FILE:${at(`ccache-${caches}`)}`;
    const args = ['-k', '-t', keytabs.client, '-l', lifetime, '-c', cache, `${principal}@${name}`];
    await runProgram('kinit', args, withClock(env, more.clock));
    return cache;
  };
  const ccache = `FILE:${at('alice.ccache')}`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await startKdc();
      // Another server may have taken the port and answer connections; only a KDC can answer kinit.
      await kinit({ ccache });
      break;
    } catch (error) {
      await daemon?.kill();
      if (attempt === PORT_ATTEMPTS) {
        throw error;
      }
      kdcPort = kdc.port ?? (await freePort());
      writeConfiguration();
    }
  }
  const otherCcache = await kinit({
    principal: 'mallory',
    ccache: `FILE:${at('mallory.ccache')}`,
  });

  const config = remctlConf(folder, name);
  let servers = 0;
  const start = (more: RemctldOptions = {}) => {
    servers += 1;
    return startRemctld(
      folder,
      `remctld-${servers}`,
      {
        config,
        keytab: keytabs.server,
        ...(options.remctld === undefined ? {} : { program: options.remctld }),
        ...more,
      },
      { env: withClock(env, more.clock ?? clock), cleanup },
    );
  };
  const remctld = await start();

  let expired: Promise<string> | undefined;
  const makeExpired = async () => {
    const cache = await kinit({ lifetime: '1s' });
    await sleep(2000);
    return cache;
  };

  const uses: (() => void)[] = [];
  const dispose = async () => {
    for (const leave of uses.splice(0).reverse()) {
      leave();
    }
    await cleanup.end();
  };
  return {
    name,
    folder,
    host: 'localhost',
    port: remctld.port,
    remctld,
    krb5Conf,
    config,
    kdcPort,
    principals,
    keytabs,
    passwords: { client: password },
    ccache,
    otherCcache,
    env,
    useHere(file = krb5Conf) {
      const leave = setVariables({ KRB5_CONFIG: file, KRB5CCNAME: ccache });
      uses.push(leave);
      return leave;
    },
    kinit,
    expiredCcache() {
      expired ??= makeExpired();
      return expired;
    },
    kadmin: kdc.kadmin,
    async stopKdc() {
      await daemon?.kill();
    },
    startKdc,
    startRemctld: start,
    tally(tallyName) {
      try {
        return readFileSync(join(folder, 'tally', tallyName), 'utf8').split('\n').length - 1;
      } catch (error) {
        if (hasCode(error, 'ENOENT')) {
          return 0;
        }
        throw error;
      }
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
