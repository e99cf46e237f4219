/** What the system refuses, by which name it is told: errors that cannot be had on demand are preloaded. */
import { execFileSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Realm, startRealm } from '@remctl/realm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorOf, unaskedError } from '../src/failure.js';

const core = new URL('../../core/dist/index.js', import.meta.url).href;
const native = new URL('../dist/index.js', import.meta.url).href;
let realm: Realm;
let preload: string;

beforeAll(async () => {
  realm = await startRealm();
  preload = join(realm.folder, 'refusals.so');
  const source = fileURLToPath(new URL('fixture/refusals.c', import.meta.url));
  execFileSync('cc', ['-shared', '-fPIC', '-Wall', '-Wextra', '-o', preload, source, '-ldl']);
});

afterAll(() => realm.dispose());

/** What the program prints, as JSON. It has `open`, which gives 'open' or the error. */
function run(program: string): unknown {
  const prelude = `
    const { Remctl } = await import(${JSON.stringify(core)});
    const { createNativeBackend } = await import(${JSON.stringify(native)});
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
  const args = ['--input-type=module', '-e', prelude + program];
  const env = { ...realm.env, LD_PRELOAD: preload };
  return JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }));
}

test('no thread for a connection: a network error that says so, and the next open works', () => {
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

test('every errno of a connect has its name', () => {
  const numbers: Record<string, number> = constants.errno;
  // Not the one that means that it has begun, nor what is another's name too.
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

test('where the C library gives no name, Node does', () => {
  const code = `E${constants.errno.EHOSTUNREACH}`;
  const failure = { phase: 'connect', text: 'No route to host', code } as const;
  expect(errorOf(failure, 'localhost', 4373)).toMatchObject({ code: 'EHOSTUNREACH' });
  expect(errorOf({ ...failure, code: 'E99999' }, 'localhost', 4373)).toMatchObject({
    code: 'E99999',
  });
  const broken = unaskedError(`${code}: No route to host`, 'localhost', 4373);
  expect(broken).toMatchObject({ code: 'EHOSTUNREACH', phase: 'command' });
  expect(broken.message).toBe('localhost (port 4373): No route to host');
});
