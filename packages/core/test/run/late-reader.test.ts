/** A run whose status is asked for before its reader is chosen. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  Remctl,
  RemctlBusyError,
  RemctlOutputLimitError,
  RemctlProtocolError,
  type RemctlRun,
  type ServerToken,
} from '../../src/index.js';
import { manualBackend, output, REFUSAL, textOf, tokens } from '../scripted.js';

const ANSWER: readonly ServerToken[] = [
  output('out 1\n'),
  output('err\n', 2),
  output('out 2\n'),
  { type: 'status', status: 7 },
];

async function runOf(list: readonly ServerToken[], maxOutput?: number) {
  const manual = manualBackend();
  manual.on({ receive: tokens(...list) });
  const client = new Remctl(manual.backend);
  await client.open('h', 1);
  return { client, run: client.run(['x'], { maxOutput }) };
}

function inWords(token: ServerToken): string {
  switch (token.type) {
    case 'output':
      return `output ${token.stream}: ${Buffer.from(token.output)}`;
    case 'status':
      return `status ${token.status}`;
    case 'error':
      return `error ${token.error}: ${Buffer.from(token.output)}`;
  }
}

async function all(run: RemctlRun): Promise<string[]> {
  const seen: string[] = [];
  for await (const token of run) {
    seen.push(inWords(token));
  }
  return seen;
}

/** What passes between the reading of `status` and the choice of a reader. */
const moments: Readonly<Record<string, (run: RemctlRun) => Promise<unknown>>> = {
  'at once': async () => undefined,
  'after a microtask': () => Promise.resolve(),
  'after three microtasks': async () => {
    await undefined;
    await undefined;
    await undefined;
  },
  'after a turn of the event loop': () => turn(),
  'after the end': (run) => run.status,
};

describe.each(Object.entries(moments))('a reader that is chosen %s', (_, passes) => {
  test('text() gives the whole answer', async () => {
    const { run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    expect(await run.text()).toEqual({ stdout: 'out 1\nout 2\n', stderr: 'err\n', status: 7 });
    expect(await status).toBe(7);
  });

  test('bytes() gives the whole answer', async () => {
    const { run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    expect(Buffer.from((await run.bytes()).stdout).toString()).toBe('out 1\nout 2\n');
    expect(await status).toBe(7);
  });

  test('a loop gives every token, in order', async () => {
    const { run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    expect(await all(run)).toEqual(ANSWER.map(inWords));
    expect(await status).toBe(7);
  });

  test('the streams give all of their output', async () => {
    const { run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    expect(await textOf(run.stderr)).toBe('err\n');
    expect(await textOf(run.stdout)).toBe('out 1\nout 2\n');
    expect(await status).toBe(7);
  });

  test('discard() gives the status', async () => {
    const { client, run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    expect(await run.discard()).toBe(7);
    expect(await status).toBe(7);
    expect(await client.output()).toEqual({ type: 'done' });
  });

  test('the answer is still read once', async () => {
    const { run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    await run.text();
    await expect(run.bytes()).rejects.toThrow(RemctlBusyError);
    expect(await status).toBe(7);
  });
});

test('the output of one stream that arrived ahead is joined, and its order is kept', async () => {
  const { run } = await runOf([
    output('a'),
    output('b'),
    output('c', 2),
    output('d'),
    { type: 'status', status: 0 },
  ]);
  await run.status;
  expect(await all(run)).toEqual(['output 1: ab', 'output 2: c', 'output 1: d', 'status 0']);
});

test('a refusal reaches both the status and a later reader', async () => {
  const { run } = await runOf([output('said\n'), REFUSAL]);
  await expect(run.status).rejects.toThrow(RemctlProtocolError);
  expect(await all(run)).toEqual(['output 1: said\n', 'error 6: Access denied']);
});

test('a refusal fails text() that is called after it', async () => {
  const { run } = await runOf([REFUSAL]);
  await expect(run.status).rejects.toThrow('Access denied');
  await expect(run.text()).rejects.toThrow('Access denied');
});

test('more output than maxOutput fails the status, and a later reader gets what was kept', async () => {
  const { run } = await runOf([output('12345'), output('67890'), { type: 'status', status: 0 }], 8);
  await expect(run.status).rejects.toThrow(RemctlOutputLimitError);
  const { stdout } = run;
  const reader = stdout.getReader();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('12345');
  await expect(reader.read()).rejects.toThrow(RemctlOutputLimitError);
});

test('a close() while the status is read ahead fails the later reader', async () => {
  const manual = manualBackend();
  manual.on({ receive: () => new Promise<ServerToken>(() => undefined) });
  const client = new Remctl(manual.backend);
  await client.open('h', 1);
  const run = client.run(['x']);
  const { status } = run;
  await turn();
  await client.close();
  await expect(run.text()).rejects.toThrow(/no currently open connection: close\(\) was called/);
  await expect(status).rejects.toThrow(/no currently open connection: close\(\) was called/);
});
