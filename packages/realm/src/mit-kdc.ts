/** MIT Kerberos's KDC: krb5kdc, kdb5_util and kadmin.local. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withClock } from './clock.js';
import { startDaemon } from './daemon.js';
import { findProgram } from './find-program.js';
import type { Kdc, KdcOptions } from './kdc.js';
import { runProgram } from './run-program.js';

/** Returns MIT Kerberos's KDC for a realm. */
export function mitKdc(options: KdcOptions): Kdc {
  const { realm, folder, enctype, password, cleanup, clock } = options;
  const at = (file: string) => join(folder, file);
  const kdcConf = at('kdc.conf');
  const env = { ...options.env, KRB5_KDC_PROFILE: kdcConf };
  const kadmin = (command: string) => runProgram('kadmin.local', ['-q', command], env);
  return {
    log: at('kdc.log'),
    configure: (port) =>
      writeFileSync(
        kdcConf,
        `[kdcdefaults]
  kdc_listen = 127.0.0.1:${port}
  kdc_tcp_listen = 127.0.0.1:${port}

[realms]
  ${realm} = {
    database_name = ${at('principal')}
    key_stash_file = ${at('stash')}
    acl_file = ${at('kadm5.acl')}
    max_life = 24h
    max_renewable_life = 7d
    master_key_type = ${enctype}
    supported_enctypes = ${enctype}:normal
  }

[logging]
  kdc = FILE:${at('kdc.log')}

${options.kdcConf.join('\n')}
`,
      ),
    async create() {
      await runProgram('kdb5_util', ['create', '-s', '-W', '-r', realm, '-P', password], env);
    },
    async addWithRandomKeys(principals) {
      for (const principal of principals) {
        await kadmin(`addprinc -randkey ${principal}`);
      }
    },
    async addWithPassword(principal, own) {
      await kadmin(`addprinc -pw ${own} ${principal}`);
    },
    async writeServiceKeys(keytab, principals) {
      await kadmin(`ktadd -k ${keytab} ${principals.join(' ')}`);
    },
    async writeClientKeys(keytab, principals) {
      await kadmin(`ktadd -norandkey -k ${keytab} ${principals.join(' ')}`);
    },
    kadmin,
    start: () =>
      startDaemon(findProgram('krb5kdc'), ['-n', '-P', at('krb5kdc.pid')], {
        env: withClock(env, clock),
        log: at('krb5kdc.log'),
        cleanup,
      }),
  };
}
