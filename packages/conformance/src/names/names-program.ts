/** Builds the site inside a network of its own, and runs clients in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import {
  addPrincipals,
  type Realm,
  startDnsServer,
  startProtocol1Proxy,
  startRealm,
} from '@remctl/realm';
import type { Ending, NamesClient, NamesJob, Question, Run } from './run.js';
import { DNS_RECORDS, MACHINES } from './world.js';

/** The port of every machine's remctld. */
const PORT = 4373;

async function startMachines(realm: Realm, protocol: 1 | 2, proxies: AsyncDisposable[]) {
  const { folder, name, kadmin, startRemctld } = realm;
  const principals = (services: readonly string[]) =>
    services.map((service) => `host/${service}@${name}`);
  const machines = Object.entries(MACHINES);
  const known = new Set(machines.flatMap(([, { services }]) => principals(services)));
  known.delete(realm.principals.server);
  await addPrincipals(realm, [...known]);
  for (const [machine, { address, services }] of machines) {
    const keytab = join(folder, `${machine}.keytab`);
    await kadmin(`ktadd -k ${keytab} ${principals(services).join(' ')}`);
    const program = join(folder, machine);
    writeFileSync(program, `#!/bin/sh\necho ${machine}\n`, { mode: 0o755 });
    const config = `test where ${program} ANYUSER\n`;
    if (protocol === 1) {
      const { port } = await startRemctld({ keytab, config });
      proxies.push(await startProtocol1Proxy(port, { host: address, port: PORT }));
    } else {
      await startRemctld({ address, port: PORT, keytab, config });
    }
  }
}

/** Writes the realm's krb5.conf with the job's lines about names instead of its own. */
function writeConfiguration({ folder, krb5Conf }: Realm, libdefaults: readonly string[]): string {
  const path = join(folder, 'names.conf');
  const own = readFileSync(krb5Conf, 'utf8').replace(
    /^ *(dns_canonicalize_hostname|rdns|qualify_shortname) .*\n/gm,
    '',
  );
  writeFileSync(path, own.replace('[libdefaults]', ['[libdefaults]', ...libdefaults].join('\n  ')));
  return path;
}

/** Returns the services that the KDC was asked for in a part of its log. */
function servicesIn(log: string): readonly string[] {
  const found = [...log.matchAll(/TGS_REQ.* for (host\/[^@\s]+)@/g)].map(
    ([, service = '']) => service,
  );
  return [...new Set(found)];
}

interface RunningClient {
  ask(question: Question): Promise<Ending>;
  end(): Promise<void>;
}

function programOf(
  { command: [program = '', ...args], env: own }: NamesClient,
  env: NodeJS.ProcessEnv,
): RunningClient {
  return {
    async ask({ host, port, ccache }) {
      const child = spawn(program, [...args, '-p', String(port), host, 'test', 'where'], {
        env: { ...env, ...own, KRB5CCNAME: ccache },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return stderr === '' ? { machine: stdout.trim() } : { message: stderr.trim() };
    },
    end: async () => undefined,
  };
}

function startServer(
  { command: [program = '', ...args], env: own }: NamesClient,
  env: NodeJS.ProcessEnv,
): RunningClient {
  const child = spawn(program, args, {
    env: { ...env, ...own },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) {
        throw new Error(`${program} ended before its answer for ${question.host}`);
      }
      return JSON.parse(value);
    },
    async end() {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      child.stdin.end();
      await ended;
    },
  };
}

const job: NamesJob = JSON.parse(process.argv[2] ?? '');
await using _dns = await startDnsServer(DNS_RECORDS);
await using realm = await startRealm();
const proxies: AsyncDisposable[] = [];
await startMachines(realm, job.protocol ?? 2, proxies);
const env = { ...realm.env, KRB5_CONFIG: writeConfiguration(realm, job.libdefaults) };
const kdcLog = () => readFileSync(join(realm.folder, 'kdc.log'), 'utf8');
const runs: Run[][] = [];
for (const [n, client] of job.clients.entries()) {
  const running = client.type === 'server' ? startServer(client, env) : programOf(client, env);
  const done: Run[] = [];
  for (const host of job.hosts) {
    const before = kdcLog().length;
    const ccache = join(realm.folder, `ccache-${n}-${done.length}`);
    copyFileSync(realm.ccache.replace('FILE:', ''), ccache);
    const ending = await running.ask({ host, port: PORT, ccache });
    done.push({ host, ...ending, asked: servicesIn(kdcLog().slice(before)) });
  }
  await running.end();
  runs.push(done);
}
await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
process.stdout.write(JSON.stringify(runs));
