/** Heimdal's KDC, from the folder into which tools/heimdal.mjs unpacks it. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withClock } from './clock.js';
import { startDaemon } from './daemon.js';
import { findProgram, heimdalLibraries } from './find-program.js';
import type { Kdc, KdcOptions } from './kdc.js';
import { runProgram } from './run-program.js';

/** Returns Heimdal's KDC for a realm. Throws an Error if Heimdal is not unpacked. */
export function heimdalKdc(options: KdcOptions): Kdc {
  const { realm, folder, enctype, krb5Conf, cleanup, clock } = options;
  const at = (file: string) => join(folder, file);
  const kdcConf = at('kdc.conf');
  const env = {
    ...options.env,
    KRB5_CONFIG: `${kdcConf}:${krb5Conf}`,
    LD_LIBRARY_PATH: heimdalLibraries(),
  };
  let port = 0;
  const run = (...args: readonly string[]) =>
    runProgram('heimdal-kadmin', ['-l', '-c', kdcConf, '-r', realm, ...args], env);
  // Unlike MIT's ktadd, ext_keytab makes no new keys, so one function serves both interfaces.
  const writeKeys = async (keytab: string, principals: readonly string[]) => {
    await run('ext_keytab', '-k', keytab, ...principals);
  };
  return {
    log: at('kdc.log'),
    configure(listen) {
      port = listen;
      writeFileSync(
        kdcConf,
        `[kdc]
  database = {
    realm = ${realm}
    dbname = ${at('principal')}
    mkey_file = ${at('m-key')}
    acl_file = ${at('kadmind.acl')}
    log_file = ${at('kadm5.log')}
  }

[kadmin]
  default_keys = ${enctype}:pw-salt

[logging]
  kdc = 0-/FILE:${at('kdc.log')}
`,
      );
    },
    async create() {
      await run('init', '--realm-max-ticket-life=24h', '--realm-max-renewable-life=7d', realm);
    },
    async addWithRandomKeys(principals) {
      await run('add', '--use-defaults', '--random-key', ...principals);
    },
    async addWithPassword(principal, own) {
      await run('add', '--use-defaults', `--password=${own}`, principal);
    },
    writeServiceKeys: writeKeys,
    writeClientKeys: writeKeys,
    kadmin: (command) => run(...command.split(' ')),
    start: () =>
      startDaemon(
        findProgram('heimdal-kdc'),
        [`--config-file=${kdcConf}`, '--addresses=127.0.0.1', `--ports=${port}`],
        // No configuration keeps the daemon from writing a file in /run, named after its argv0. The
        // daemon removes the file only if it ends by SIGTERM.
        {
          env: withClock(env, clock),
          log: at('heimdal-kdc.log'),
          cleanup,
          argv0: basename(folder),
          endsBy: 'SIGTERM',
        },
      ),
  };
}
