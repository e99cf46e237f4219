/** What kinit does with a krb5.conf, by its trace. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What kinit did to get a ticket. */
export interface KinitTrace {
  /** The hosts that it looked up, in order. */
  readonly hosts: readonly string[];
  /** The addresses that it sent datagrams or streams to, `address:port`, each once. */
  readonly addresses: readonly string[];
  /** What it printed at its end. */
  readonly error: string;
}

/** Runs kinit with the text of a krb5.conf, for a user of `realm` who has no password to give. */
export function traceKinit(realm: string, krb5Conf: string): Promise<KinitTrace> {
  const folder = mkdtempSync(join(tmpdir(), 'krb5-test-'));
  const file = join(folder, 'krb5.conf');
  const cache = join(folder, 'cache');
  const traced = join(folder, 'trace');
  writeFileSync(file, krb5Conf);
  return new Promise((resolve) => {
    const env = { ...process.env, KRB5_CONFIG: file, KRB5_TRACE: traced };
    const child = execFile(
      'kinit',
      ['-c', `FILE:${cache}`, `user@${realm}`],
      { env },
      (_error, _stdout, stderr) => {
        const trace = readFileSync(traced, 'utf8');
        rmSync(folder, { recursive: true, force: true });
        const all = (pattern: RegExp) => [
          ...new Set([...trace.matchAll(pattern)].map(([, found = '']) => found)),
        ];
        resolve({
          hosts: all(/Resolving hostname (.*)/g),
          addresses: all(/(?:UDP request to dgram|TCP connection to stream) (.*)/g),
          error: stderr,
        });
      },
    );
    child.stdin?.end();
  });
}
