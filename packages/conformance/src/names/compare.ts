/** Clients beside one another, on the names of a small site. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withNetwork } from '@remctl/realm';
import { type BackendModule, runtimeOf } from '../case.js';
import type { NamesClient, NamesJob, Run } from './run.js';
import { HOSTS_FILE, RESOLV_CONF } from './world.js';

const execute = promisify(execFile);

const programAt = (file: string) =>
  fileURLToPath(new URL(`../../dist/names/${file}`, import.meta.url));

/** The program `remctl` of the C library, which makes the name canonical without -s. */
export const C_PROGRAM: NamesClient = { type: 'program', command: ['remctl'] };

const PYTHON = `
import json, os, sys
import remctl
for line in iter(sys.stdin.readline, ''):
    question = json.loads(line)
    os.environ['KRB5CCNAME'] = question['ccache']
    client = remctl.Remctl()
    try:
        client.open(question['host'], question['port'])
        client.command(['test', 'where'])
        ending = {'machine': client.output()[1].decode().strip()}
    except remctl.RemctlError as error:
        ending = {'message': str(error)}
    print(json.dumps(ending), flush=True)
`;

/** libremctl, through its binding for Python: krb5.conf says which of a host's names is asked for. */
export const C_LIBRARY: NamesClient = {
  type: 'server',
  command: ['/usr/bin/python3', '-c', PYTHON],
};

/** A backend, with core. */
export function libraryClient(module: BackendModule, canonicalize: boolean): NamesClient {
  const job = JSON.stringify({ ...module, canonicalize });
  return { type: 'server', command: [...runtimeOf(module), programAt('library-client.js'), job] };
}

/** Runs each client on each host, one after the other, in the site's network. Returns runs for each client. */
export async function runNames(job: NamesJob): Promise<readonly (readonly Run[])[]> {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-names-'));
  try {
    const [program = '', ...args] = withNetwork(
      folder,
      { hosts: HOSTS_FILE, resolv: RESOLV_CONF },
      [process.execPath, programAt('names-program.js'), JSON.stringify(job)],
    );
    return JSON.parse((await execute(program, args)).stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The texts that all clients have, or begin with. */
const SHARED_TEXTS = [
  /^(?:cannot resolve host|unknown host) .*?: (?:Name or service not known|Temporary failure in name resolution|No address associated with hostname)/,
  /^cannot connect to .* \(port \d+\): Connection refused/,
  /^GSS-API error initializing context: /,
];

/** Returns a run with the part of its message that all clients share. */
export function comparable({ message, ...run }: Run): Run {
  if (message === undefined) {
    return run;
  }
  const bare = message.replace(/^remctl: /, '');
  const shared = SHARED_TEXTS.map((text) => text.exec(bare)?.[0]).find(
    (text) => text !== undefined,
  );
  return { ...run, message: shared ?? bare };
}
