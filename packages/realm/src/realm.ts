/** A Kerberos realm that lives in one temporary folder, with a KDC and a remctld on loopback. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClockOffset, withClock } from './clock.js';
import { startGuard } from './guard.js';
import { heimdalKdc } from './heimdal-kdc.js';
import { mitKdc } from './mit-kdc.js';
import { freePort, waitForPort } from './ports.js';
import { checkPrograms, type Daemon, runProgram } from './programs.js';
import { PROGRAM, PROGRAM_NAME, remctlConf } from './remctl-conf.js';
import { type Remctld, type RemctldOptions, startRemctld } from './remctld.js';
import { hasCode } from './system-error.js';

const ATTEMPTS = 5;
const START_TIMEOUT_MS = 10_000;

export interface RealmOptions {
  /** The realm's name. */
  readonly realm?: string;
  /** The one encryption type of all keys, tickets and sessions; AES-256 with SHA-1 without it. */
  readonly enctype?:
    | 'aes128-cts-hmac-sha1-96'
    | 'aes256-cts-hmac-sha1-96'
    | 'aes128-cts-hmac-sha256-128'
    | 'aes256-cts-hmac-sha384-192';
  /** Lines for [libdefaults] of krb5.conf. */
  readonly libdefaults?: readonly string[];
  /** Whose KDC: MIT Kerberos's without it. All else, kinit and remctld too, is MIT Kerberos's. */
  readonly kdc?: 'mit' | 'heimdal';
  /** How far the clock of the KDC and of remctld is off this machine's. */
  readonly clock?: ClockOffset;
}

export interface KinitOptions {
  /** The client, without its realm; `alice` without it. */
  readonly principal?: string;
  /** The lifetime, in kinit's form: `1s`, `10h`. */
  readonly lifetime?: string;
  /** The cache's name; a new FILE in the realm's folder without it. */
  readonly ccache?: string;
  /** How far the clock that kinit sees is off this machine's. */
  readonly clock?: ClockOffset;
}

/** A realm that runs. `await using realm = await startRealm()` disposes of it. */
export interface Realm extends AsyncDisposable {
  readonly name: string;
  /** The folder that holds everything, gone after `dispose()`. */
  readonly folder: string;
  /** What to connect to: the name that the default principal, host/localhost, is made of. */
  readonly host: string;
  /** The remctld's port. */
  readonly port: number;
  readonly remctld: Remctld;
  readonly krb5Conf: string;
  /** The text of its remctl.conf. */
  readonly config: string;
  readonly kdcPort: number;
  readonly principals: {
    /** host/localhost@REALM: the server's own, which is the default for `host`. */
    readonly server: string;
    /** Known to the KDC and to the server's keytab too. */
    readonly otherServer: string;
    /** Known to the KDC, but its key is not in the server's keytab. */
    readonly wrongServer: string;
    /** Not known to the KDC. */
    readonly unknownServer: string;
    /** alice@REALM, to whom `ccache` belongs. */
    readonly client: string;
    /** mallory@REALM, to whom `otherCcache` belongs. */
    readonly otherClient: string;
  };
  readonly keytabs: { readonly server: string; readonly client: string };
  readonly passwords: { readonly client: string };
  readonly ccache: string;
  readonly otherCcache: string;
  /** For child processes: this process's environment, with KRB5_CONFIG and KRB5CCNAME. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Sets KRB5_CONFIG, to the realm's or another file, and KRB5CCNAME of this process; gives back what
   * takes them away again.
   */
  useHere(krb5Conf?: string): () => void;
  /** Runs kinit with the client keytab, and gives the cache's name. */
  kinit(options?: KinitOptions): Promise<string>;
  /** A cache whose ticket has expired (takes some seconds the first time). */
  expiredCcache(): Promise<string>;
  /** Runs a command of kadmin.local, or of Heimdal's `kadmin -l`. */
  kadmin(command: string): Promise<string>;
  stopKdc(): Promise<void>;
  startKdc(): Promise<void>;
  /** Starts one more remctld. */
  startRemctld(options?: RemctldOptions): Promise<Remctld>;
  /** How often `test tally NAME` ran. */
  tally(name: string): number;
  dispose(): Promise<void>;
}

/** Starts a realm, with its KDC and a remctld, in well under 3 seconds. */
export async function startRealm(options: RealmOptions = {}): Promise<Realm> {
  checkPrograms(options.kdc ?? 'mit');
  const folder = mkdtempSync(join(tmpdir(), 'remctl-realm-'));
  // Commands run as the user who runs remctld; the folder is for that user alone.
  chmodSync(folder, 0o700);
  const guard = startGuard(folder);
  try {
    return await buildRealm(folder, guard, options);
  } catch (error) {
    await guard.end();
    throw error;
  }
}

async function buildRealm(
  folder: string,
  guard: ReturnType<typeof startGuard>,
  options: RealmOptions,
): Promise<Realm> {
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
    // Without it the replay cache is a file in a folder that outlives the realm.
    KRB5RCACHENAME: `file2:${at('replay-cache')}`,
  };

  mkdirSync(at('tally'));
  writeFileSync(at(PROGRAM_NAME), PROGRAM, { mode: 0o755 });

  const makeKdc = options.kdc === 'heimdal' ? heimdalKdc : mitKdc;
  const kdc = makeKdc({ realm: name, folder, enctype, krb5Conf, password, env, guard, clock });
  let kdcPort = 0;
  let daemon: Daemon | undefined;
  const writeConfiguration = () => {
    writeFileSync(
      krb5Conf,
      `[libdefaults]
  default_realm = ${name}
  dns_canonicalize_hostname = false
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  qualify_shortname = ""
  permitted_enctypes = ${enctype}
${(options.libdefaults ?? []).map((line) => `  ${line}\n`).join('')}
[realms]
  ${name} = {
    kdc = 127.0.0.1:${kdcPort}
  }

[domain_realm]
  localhost = ${name}
  127.0.0.1 = ${name}
`,
    );
    kdc.configure(kdcPort);
  };
  const startKdc = async () => {
    daemon = await kdc.start();
    if (!(await waitForPort(kdcPort, daemon.ended, START_TIMEOUT_MS))) {
      throw new Error(`the KDC does not start: see ${kdc.log}`);
    }
  };

  kdcPort = await freePort();
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
      // The port may have been taken meanwhile, by one who answers to a connection but is no KDC.
      await kinit({ ccache });
      break;
    } catch (error) {
      await daemon?.kill();
      if (attempt === ATTEMPTS) {
        throw error;
      }
      kdcPort = await freePort();
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
      { config, keytab: keytabs.server, ...more },
      { env: withClock(env, more.clock ?? clock), guard },
    );
  };
  const remctld = await start();

  let expired: Promise<string> | undefined;
  const makeExpired = async () => {
    const cache = await kinit({ lifetime: '1s' });
    await sleep(2000);
    return cache;
  };

  const dispose = () => guard.end();
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
      const before = { KRB5_CONFIG: process.env.KRB5_CONFIG, KRB5CCNAME: process.env.KRB5CCNAME };
      process.env.KRB5_CONFIG = file;
      process.env.KRB5CCNAME = ccache;
      return () => {
        for (const [variable, value] of Object.entries(before)) {
          if (value === undefined) {
            delete process.env[variable];
          } else {
            process.env[variable] = value;
          }
        }
      };
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
