/** Errors of the system, made by a preloaded library, and their names. */
import { execFileSync } from 'node:child_process';
import { constants } from 'node:os';
import { startRealmForFile } from '@remctl/conformance';
import { expect, test } from 'vitest';
import { errorOf, unaskedError } from '../src/failure.js';
import { compilePreload } from './support/preload.js';
import { nodeArguments } from './support/programs.js';

const realm = await startRealmForFile();
const SERVER = { host: 'localhost', port: 4373, sourceIp: undefined, canonicalize: false };
const preload = compilePreload('refusals', realm.folder);

/** Runs a program, and returns the JSON that it prints. Its `open` gives 'open' or the error. */
function run(program: string): unknown {
  const prelude = `
    const backend = createNativeBackend();
    const open = async () => {
      const client = new Remctl(backend);
      try {
        await client.open('localhost', ${realm.port});
        return 'open';
      } catch (error) {
        const { name, code, phase, commandState, message } = error;
        return { name, code, phase, commandState, message };
      } finally {
        await client.close();
      }
    };`;
  const args = nodeArguments(prelude + program);
  const env = { ...realm.env, LD_PRELOAD: preload };
  return JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }));
}

test('an open without a thread is a network error that says so, and the next open works', () => {
  const program = `
    process.env.NO_THREADS = '1';
    const refused = await open();
    delete process.env.NO_THREADS;
    console.log(JSON.stringify([refused, await open()]));`;
  expect(run(program)).toEqual([
    {
      name: 'RemctlNetworkError',
      code: 'EAGAIN',
      phase: 'connect',
      commandState: 'not-sent',
      message: expect.stringMatching(/^cannot connect to localhost .*no thread.*limit of threads/),
    },
    'open',
  ]);
});

test('every errno that a connect fails with has its name in the error', () => {
  const numbers: Record<string, number> = constants.errno;
  // EINPROGRESS is no failure; the other two are second names of an errno.
  const names = Object.keys(numbers).filter(
    (name) => !['EINPROGRESS', 'EWOULDBLOCK', 'ENOTSUP'].includes(name),
  );
  const program = `
    const codes = {};
    for (const [name, number] of ${JSON.stringify(names.map((name) => [name, numbers[name]]))}) {
      process.env.NO_CONNECT = String(number);
      codes[name] = (await open()).code;
    }
    console.log(JSON.stringify(codes));`;
  expect(run(program)).toEqual(Object.fromEntries(names.map((name) => [name, name])));
});

test('an errno that the C library has no name for gets its name from Node', () => {
  const code = `E${constants.errno.EHOSTUNREACH}`;
  const failure = { phase: 'connect', text: 'No route to host', code } as const;
  expect(errorOf(failure, SERVER)).toMatchObject({ code: 'EHOSTUNREACH' });
  expect(errorOf({ ...failure, code: 'E99999' }, SERVER)).toMatchObject({
    code: 'E99999',
  });
  const broken = unaskedError(`${code}: No route to host`, SERVER);
  expect(broken).toMatchObject({ code: 'EHOSTUNREACH', phase: 'command' });
  expect(broken.message).toBe(
    'error receiving token: No route to host: the connection to localhost (port 4373) broke',
  );
});
