/** Two copies of core in one program, as two global installs. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

type Core = typeof import('../src/index.js');

const dist = fileURLToPath(new URL('../dist', import.meta.url));
let folder: string;
let own: Core;
let other: Core;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-copies-'));
  const [first, second] = ['first', 'second'].map((name) => {
    const home = join(folder, name);
    cpSync(dist, home, { recursive: true });
    return pathToFileURL(join(home, 'index.js')).href;
  });
  own = await import(String(first));
  other = await import(String(second));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Makes an error of each class of one copy. */
function errorsOf(core: Core): readonly Error[] {
  const phase = 'connect';
  return [
    new core.RemctlError('x'),
    new core.RemctlProtocolError(6, 'x'),
    new core.RemctlNotOpenedError('x'),
    new core.RemctlBusyError('x'),
    new core.RemctlNetworkError('x', { code: 'EOF', phase }),
    new core.RemctlTimeoutError('x', { phase }),
    new core.RemctlAuthenticationError('x'),
    new core.RemctlInvalidTokenError('x'),
    new core.RemctlUnsupportedError('x'),
    new core.RemctlBackendError('x'),
  ];
}

test('instanceof gives the same answers for the errors of both copies', () => {
  const classes = errorsOf(own).map((error) => error.constructor as new () => Error);
  const ofBoth = [errorsOf(own), errorsOf(other)].map((errors) =>
    errors.map((error) => classes.filter((each) => error instanceof each).map(({ name }) => name)),
  );
  expect(ofBoth[1]).toEqual(ofBoth[0]);
  expect(ofBoth[0]).toEqual(
    classes.map(({ name }) => (name === 'RemctlError' ? [name] : ['RemctlError', name])),
  );
});

test('instanceof is false for everything else, and keeps its meaning for derived classes', () => {
  class Derived extends own.RemctlNetworkError {}
  const derived = new Derived('x', { code: 'EOF', phase: 'connect' });
  expect(derived instanceof Derived).toBe(true);
  expect(derived instanceof other.RemctlNetworkError).toBe(true);
  expect(derived instanceof other.RemctlTimeoutError).toBe(false);
  for (const error of errorsOf(own)) {
    expect(error instanceof Derived).toBe(false);
  }
  for (const value of [null, undefined, 'RemctlError', {}, new Error('x'), () => 1]) {
    expect((value as unknown) instanceof own.RemctlError).toBe(false);
  }
});

test('an error names its class in its text, its stack and its name', () => {
  for (const error of errorsOf(own)) {
    expect(error.name).toBe(error.constructor.name);
    expect(String(error)).toBe(`${error.name}: x`);
    expect(error.stack).toMatch(new RegExp(`^${error.name}: x`));
    expect(Object.keys(error)).not.toContain('name');
  }
});

/** Makes a backend of the other copy, whose connect() throws the error that `connect` gives for a port. */
function backendOf(connect: (port: number, attempt: number) => Error | undefined) {
  const ports: number[] = [];
  const backend: import('../src/index.js').Backend = {
    name: 'other',
    async connect({ port }) {
      ports.push(port);
      const error = connect(port, ports.length);
      if (error !== undefined) {
        throw error;
      }
      return {
        protocol: 2,
        send: async () => undefined,
        receive: async () => {
          throw new other.RemctlNetworkError('gone', { code: 'EOF', phase: 'command' });
        },
        noop: async () => {
          throw new other.RemctlUnsupportedError('no NOOP');
        },
        close: async () => undefined,
        abort: () => undefined,
      };
    },
  };
  return { backend, ports };
}

test('open() tries the legacy port after an error of the other copy', async () => {
  const { backend, ports } = backendOf((port) =>
    port === own.DEFAULT_PORT
      ? new other.RemctlNetworkError('x', { code: 'ECONNREFUSED', phase: 'connect' })
      : undefined,
  );
  await new own.Remctl(backend).open('host');
  expect(ports).toEqual([own.DEFAULT_PORT, own.LEGACY_PORT]);
});

test('open() tries a dropped open again after an error of the other copy', async () => {
  const { backend, ports } = backendOf((_, attempt) =>
    attempt === 1
      ? new other.RemctlNetworkError('x', { code: 'EOF', phase: 'negotiate' })
      : undefined,
  );
  await new own.Remctl(backend).open('host', 4373);
  expect(ports).toEqual([4373, 4373]);
});

test('an error of the other copy gets commandState, and its NOOP error leaves the connection open', async () => {
  const { backend } = backendOf(() => undefined);
  const client = new own.Remctl(backend);
  await client.open('host', 4373);
  await expect(client.noop()).rejects.toBeInstanceOf(own.RemctlUnsupportedError);
  expect(client.isOpen).toBe(true);
  await expect(client.run(['x']).bytes()).rejects.toMatchObject({ commandState: 'unknown' });
});

test('NODE_DEBUG=remctl prints an event once, and those of both copies', () => {
  const program = `
    for (const name of ['first', 'second']) {
      const { Remctl } = await import('${pathToFileURL(folder).href}/' + name + '/index.js');
      const { scriptedBackend } = await import('${pathToFileURL(folder).href}/' + name + '/testing/index.js');
      await new Remctl(scriptedBackend(() => ({}))).open(name);
    }`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, NODE_DEBUG: 'remctl' },
    encoding: 'utf8',
  });
  const ends = stderr.split('\n').filter((line) => line.includes('open (1 try'));
  expect(ends.map((line) => line.replace(/.*#\d+ (\w+):.*/, '$1'))).toEqual(['first', 'second']);
});
