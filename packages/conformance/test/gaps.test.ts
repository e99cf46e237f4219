/** Suites of broken backends must fail: each runs in its own vitest. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type Outcome, suites } from '../src/index.js';

const cases = suites.conformance;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

interface Run {
  readonly code: number | null;
  readonly log: string;
  readonly outcomes: readonly Outcome[];
}

/** Runs one suite of test/fixture in another folder, so that its results do not count here. */
async function runFixture(name: string, ...args: readonly string[]): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-gaps-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const config = join(ROOT, 'test', 'fixture', 'vitest.config.ts');
  const child = spawn(
    process.execPath,
    [VITEST, 'run', '--root', ROOT, '--config', config, `${name}.suite`, ...args],
    { cwd: folder, env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      log += data.toString();
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const file = join(folder, '.results', `outcomes-conformance-${name}.json`);
  return { code, log, outcomes: JSON.parse(readFileSync(file, 'utf8')) };
}

test('an undeclared gap fails; a declared one keeps its reason', async () => {
  const { code, outcomes } = await runFixture('gaps');
  const of = (id: string) => outcomes.find((outcome) => outcome.id === id);
  expect(code).toBe(1);
  expect(outcomes.map(({ id }) => id).sort()).toEqual(cases.map(({ id }) => id).sort());
  expect(of('full/noop')).toMatchObject({ result: 'unsupported', reason: 'it has no connections' });
  expect(of('full/close')).toMatchObject({ result: 'fail' });
  expect(of('bad-input/port-range')).toMatchObject({ result: 'pass' });
});

test('every case of a suite that cannot begin counts as failed', async () => {
  const { code, log, outcomes } = await runFixture('unmade');
  expect(code).toBe(1);
  expect(log).toContain('not built');
  expect(outcomes).toHaveLength(cases.length);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ result: 'fail', reason: 'it did not run' });
  }
});

test('a case that never ends fails, and so does a declaration that matches no case', async () => {
  const { code, log, outcomes } = await runFixture(
    'late',
    '-t',
    'every declaration|full/connection',
  );
  expect(code).toBe(1);
  expect(log).toContain('full/nop');
  const late = outcomes.find(({ id }) => id === 'full/connection');
  expect(late).toMatchObject({ result: 'fail' });
  expect(late).not.toHaveProperty('reason');
});
