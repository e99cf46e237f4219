/** A run whose status is read before its reader is chosen. */
import { describe, expect, test } from 'vitest';
import {
  RemctlBusyError,
  RemctlOutputLimitError,
  RemctlProtocolError,
  type RemctlRun,
  type ServerToken,
} from '../../src/index.js';
import { ANSWER, output, REFUSAL, SUCCESS, textOf, tokens, tokensOf } from '../support/answers.js';
import { openedClient } from '../support/manual-backend.js';
import { microtasks, never, turn } from '../support/waiting.js';

/** Begins a run whose answer is these tokens. */
async function runOf(list: readonly ServerToken[], maxOutput?: number) {
  const { client } = await openedClient({ receive: tokens(...list) });
  return { client, run: client.run(['x'], { maxOutput }) };
}

/** Reads every token. Output is a Buffer, as that of the tokens that a test gives. */
async function allOf(run: RemctlRun): Promise<ServerToken[]> {
  const seen = await tokensOf(run);
  return seen.map((token) =>
    token.type === 'output' ? { ...token, output: Buffer.from(token.output) } : token,
  );
}

/** The time between the reading of `status` and the choice of a reader. */
const moments: Readonly<Record<string, (run: RemctlRun) => Promise<unknown>>> = {
  'at once': async () => undefined,
  'after a microtask': () => Promise.resolve(),
  'after three microtasks': () => microtasks(3),
  'after a turn of the event loop': turn,
  'after the end': (run) => run.status,
};

describe.each(Object.entries(moments))('a run whose reader is chosen %s', (_, passes) => {
  test('gives text() the whole answer', async () => {
    const { run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    expect(await run.text()).toEqual({ stdout: 'out 1\nout 2\n', stderr: 'err\n', status: 7 });
    expect(await status).toBe(7);
  });

  test('gives bytes() the whole answer', async () => {
    const { run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    expect(Buffer.from((await run.bytes()).stdout).toString()).toBe('out 1\nout 2\n');
    expect(await status).toBe(7);
  });

  test('gives a loop every token, in order', async () => {
    const { run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    expect(await allOf(run)).toEqual(ANSWER);
    expect(await status).toBe(7);
  });

  test('gives the streams all of their output', async () => {
    const { run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    expect(await textOf(run.stderr)).toBe('err\n');
    expect(await textOf(run.stdout)).toBe('out 1\nout 2\n');
    expect(await status).toBe(7);
  });

  test('gives discard() the status', async () => {
    const { client, run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    expect(await run.discard()).toBe(7);
    expect(await status).toBe(7);
    expect(await client.output()).toEqual({ type: 'done' });
  });

  test('refuses a second reader', async () => {
    const { run } = await runOf(ANSWER);
    const { status } = run;
    await passes(run);
    await run.text();
    await expect(run.bytes()).rejects.toThrow(RemctlBusyError);
    expect(await status).toBe(7);
  });
});

test('a later loop gets adjacent output of one stream joined, in the order of the server', async () => {
  const { run } = await runOf([output('a'), output('b'), output('c', 2), output('d'), SUCCESS]);
  await run.status;
  expect(await allOf(run)).toEqual([output('ab'), output('c', 2), output('d'), SUCCESS]);
});

test('a refusal reaches both the status and a later reader', async () => {
  const { run } = await runOf([output('said\n'), REFUSAL]);
  await expect(run.status).rejects.toThrow(RemctlProtocolError);
  expect(await allOf(run)).toEqual([output('said\n'), REFUSAL]);
});

test('a refusal fails a later text()', async () => {
  const { run } = await runOf([REFUSAL]);
  await expect(run.status).rejects.toThrow('Access denied');
  await expect(run.text()).rejects.toThrow('Access denied');
});

test('output above maxOutput fails the status, and a later reader gets the kept part', async () => {
  const { run } = await runOf([output('12345'), output('67890'), SUCCESS], 8);
  await expect(run.status).rejects.toThrow(RemctlOutputLimitError);
  const { stdout } = run;
  const reader = stdout.getReader();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('12345');
  await expect(reader.read()).rejects.toThrow(RemctlOutputLimitError);
});

test('close() fails a later reader while its run still waits for the status', async () => {
  const { client } = await openedClient({ receive: never });
  const run = client.run(['x']);
  const { status } = run;
  await turn();
  await client.close();
  await expect(run.text()).rejects.toThrow(/no currently open connection: close\(\) was called/);
  await expect(status).rejects.toThrow(/no currently open connection: close\(\) was called/);
});
