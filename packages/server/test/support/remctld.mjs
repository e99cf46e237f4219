/**
 * Program: the server of this package, with remctld's options (remctld(8), OPTIONS).
 *
 * Realms start it in remctld's place. It takes `-b ADDRESS -p PORT -k KEYTAB -f FILE -P FILE`, and
 * ignores `-m -F -S`, because it always listens, stays in the foreground and logs to its output.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readKrb5Config } from '@remctl/krb5';
import { createServer, readRemctlConf } from '@remctl/server';

const text = { type: 'string' };
const flag = { type: 'boolean' };
const { values } = parseArgs({
  options: {
    bind: { ...text, short: 'b' },
    port: { ...text, short: 'p' },
    keytab: { ...text, short: 'k' },
    config: { ...text, short: 'f' },
    pid: { ...text, short: 'P' },
    standalone: { ...flag, short: 'm' },
    foreground: { ...flag, short: 'F' },
    stdout: { ...flag, short: 'S' },
  },
});

const { clockskew } = await readKrb5Config();
const server = createServer({
  keytab: values.keytab,
  commands: await readRemctlConf(values.config),
  protocol1: true,
  clockskew,
});
await server.listen({ host: values.bind, port: Number(values.port) });
writeFileSync(values.pid, `${process.pid}\n`);
