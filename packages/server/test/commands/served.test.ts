/** Commands of a server, run by the C client. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createServer,
  type LogRecord,
  readRemctlConf,
  type ServerCommand,
} from '../../src/index.js';
import { isRunning, readPids } from '../support/processes.js';
import { writeProgram } from '../support/program.js';
import { remctl, startRemctl } from '../support/remctl.js';
import { until } from '../support/until.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
let program: string;

beforeAll(() => {
  program = writeProgram(realm.folder);
});

async function serve(commands: readonly ServerCommand[], protocol1 = false) {
  const records: LogRecord[] = [];
  const server = createServer({
    keytab: realm.keytabs.server,
    commands,
    protocol1,
    log: (record) => void records.push(record),
  });
  const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
  return { port, records, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe("a site's remctl.conf", () => {
  it.each<[readonly string[]]>([
    [['test', 'streams']],
    [['test', 'status', '9']],
    [['test', 'argv', '', 'a b', 'é', '$(id)']],
    [['test', 'stdin', 'data']],
    [['test', 'early']],
    [['test', 'whoami']],
    [['test', 'denied']],
    [['test', 'no-such-subcommand']],
    [['echo', 'a', 'b']],
    [['unknown']],
    [['help']],
    [['help', 'test', 'streams']],
    [['help', 'echo']],
  ])('gives the same answers: %j', async (command) => {
    const conf = join(realm.folder, 'site.conf');
    writeFileSync(conf, realm.config);
    await using server = await serve(await readRemctlConf(conf));
    expect(await remctl(realm, server.port, command)).toEqual(
      await remctl(realm, realm.port, command),
    );
  });

  it('gives 20 MB of output', async () => {
    await using server = await serve([{ command: 'test', program, access: ['ANYUSER'] }]);
    const { stdout, status } = await remctl(realm, server.port, ['test', 'output', '20000000']);
    expect([stdout === 'x'.repeat(20_000_000), status]).toEqual([true, 0]);
  });
});

describe('a client that is killed', () => {
  it('ends its program', async () => {
    await using server = await serve([{ command: 'test', program, access: ['ANYUSER'] }]);
    const file = join(realm.folder, 'killed-client');
    const client = startRemctl(realm, server.port, ['test', 'wait', file]);
    const pids = await readPids(file);
    client.kill('SIGKILL');
    await until(() => !pids.some(isRunning));
  });

  it('aborts its function, whose generator returns', async () => {
    const events: string[] = [];
    let leave: (() => void) | undefined;
    await using server = await serve([
      {
        command: 'test',
        access: ['ANYUSER'],
        run: async function* ({ signal }) {
          try {
            yield 'begun\n';
            leave?.();
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            events.push('aborted');
            yield 'late';
          } finally {
            events.push('returned');
          }
        },
      },
    ]);
    const client = startRemctl(realm, server.port, ['test']);
    leave = () => void client.kill('SIGKILL');
    await until(() => events.length === 2);
    expect(events).toEqual(['aborted', 'returned']);
  });
});

describe('a time-out', () => {
  it('leaves the connection usable, for a function and for a program', async () => {
    await using server = await serve([
      {
        command: 'function',
        access: ['ANYUSER'],
        timeout: 0.05,
        run: () => new Promise(() => undefined),
      },
      { command: 'program', program, access: ['ANYUSER'], timeout: 0.3 },
    ]);
    for (const command of [['function'], ['program', 'wait', join(realm.folder, 'timed-out')]]) {
      expect(await remctl(realm, server.port, command)).toEqual({
        stdout: '',
        stderr: 'Command timed out\n',
        status: 255,
      });
    }
  });
});
