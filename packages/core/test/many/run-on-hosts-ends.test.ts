/** How an iteration over hosts ends while hosts are under way. */
import { describe, expect, test } from 'vitest';
import { cannotConnect } from '../../src/failures.js';
import { type HostResult, RemctlUnsupportedError, runOnHosts } from '../../src/index.js';
import { scriptedBackend } from '../../src/testing/index.js';
import { caught, never, turn } from '../support/waiting.js';

const names = (count: number) => Array.from({ length: count }, (_, index) => `h${index}`);
const hello = scriptedBackend(() => ({ stdout: 'hello\n' }));

/** Takes the results until the iteration ends; `error` is what it rejects with. */
async function taken(results: AsyncIterable<HostResult>) {
  const found: HostResult[] = [];
  const error = await caught(
    (async () => {
      for await (const result of results) {
        found.push(result);
      }
    })(),
  );
  return { found, error };
}

describe('return() while a result is awaited', () => {
  test('ends the hosts that are under way', async () => {
    let aborted = 0;
    const backend = scriptedBackend(() => 'silence', {
      open: ({ signal }) => {
        signal.addEventListener('abort', () => {
          aborted += 1;
        });
        return 'silence';
      },
    });
    const results = runOnHosts(names(5), ['x'], { backend, parallel: 2 });
    const waiting = results.next();
    await turn();
    expect(await results.return()).toEqual({ done: true, value: undefined });
    expect(aborted).toBe(2);
    expect(await waiting).toMatchObject({ value: { type: 'failed', commandState: 'not-sent' } });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test('throw() does the same, and rejects with its error', async () => {
    const results = runOnHosts(['a'], ['x'], { backend: scriptedBackend(() => 'silence') });
    const waiting = results.next();
    await turn();
    await expect(results.throw(new Error('mine'))).rejects.toThrow('mine');
    expect(await waiting).toMatchObject({ value: { type: 'failed' } });
  });
});

test('leaving the loop ends a pause before another try', async () => {
  let opens = 0;
  const backend = scriptedBackend(() => ({}), {
    open: (to) => {
      opens += 1;
      return cannotConnect(to, { code: 'ECONNREFUSED', text: 'Connection refused' });
    },
  });
  const results = runOnHosts(['a'], ['x'], { backend, port: 9, retryUnsent: 1000 });
  const waiting = results.next();
  await turn();
  await results.return();
  expect(await waiting).toMatchObject({ value: { type: 'failed', commandState: 'not-sent' } });
  const before = opens;
  await turn();
  expect(opens).toBe(before);
});

test('an abort ends hosts whose callback never settles', async () => {
  const controller = new AbortController();
  const options = { backend: hello, signal: controller.signal, parallel: 2 };
  const results = runOnHosts(names(3), ['x'], {
    ...options,
    onOutput: () => {
      setTimeout(() => controller.abort(new Error('enough')), 1);
      return never();
    },
  });
  const { found, error } = await taken(results);
  expect(error).toHaveProperty('message', 'enough');
  expect(found).toMatchObject([
    { type: 'failed', error, commandState: 'unknown' },
    { type: 'failed', error, commandState: 'unknown' },
    { type: 'not-begun' },
  ]);
});

test('what a callback throws because of an abort does not hide the abort', async () => {
  const controller = new AbortController();
  const { found, error } = await taken(
    runOnHosts(names(2), ['x'], {
      backend: hello,
      signal: controller.signal,
      onOutput: async () => {
        controller.abort(new Error('enough'));
        throw new Error('the stream was closed');
      },
    }),
  );
  expect(error).toHaveProperty('message', 'enough');
  expect(found.map(({ host }) => host).sort()).toEqual(['h0', 'h1']);
});

test('a slow callback holds up its own host alone', async () => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const results = runOnHosts(['slow', 'quick'], ['x'], {
    backend: hello,
    onOutput: (host) => (host === 'slow' ? gate : undefined),
  });
  expect(await results.next()).toMatchObject({ value: { host: 'quick' } });
  open();
  expect(await results.next()).toMatchObject({ value: { host: 'slow', type: 'finished' } });
});

test('pauses of many hosts draw no warning of a leak', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const tried = new Set<string>();
  const backend = scriptedBackend(() => ({}), {
    open: (to) => {
      if (tried.has(to.host)) {
        return undefined;
      }
      tried.add(to.host);
      return cannotConnect(to, { code: 'ECONNREFUSED', text: 'Connection refused' });
    },
  });
  const { found } = await taken(
    runOnHosts(names(50), ['x'], { backend, port: 9, retryUnsent: 1, parallel: 50 }),
  );
  await turn();
  process.off('warning', onWarning);
  expect(found.every(({ type }) => type === 'finished')).toBe(true);
  expect(warnings).toEqual([]);
});

test('credentials that the backend cannot use end the iteration before a host begins', async () => {
  const begun: string[] = [];
  const backend = {
    ...hello,
    checkCredentials: () => {
      throw new RemctlUnsupportedError('no caches');
    },
  };
  const { found, error } = await taken(
    runOnHosts(names(3), ['x'], {
      backend,
      ccache: 'FILE:/x',
      onBegin: (host) => {
        begun.push(host);
      },
    }),
  );
  expect(error).toBeInstanceOf(RemctlUnsupportedError);
  expect(found).toEqual([]);
  expect(begun).toEqual([]);
});
