/** What a user sees of `npm run demo`, and that an interrupted demo leaves nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { listens } from './support/listens.js';

const DEMO = fileURLToPath(new URL('../../../tools/demo/main.mjs', import.meta.url));
const DEMO_MS = 60_000;
/** A process that has ended is there until the system's first process has looked at it. */
const REAPED_MS = 10_000;

const folders = mkdtempSync(join(tmpdir(), 'remctl-demo-'));
afterAll(() => {
  rmSync(folders, { recursive: true });
});

interface Demo {
  readonly process: ChildProcess;
  /** The folder of its temporary files. */
  readonly folder: string;
  /** Settles once the output holds the text. Rejects if the demo ends without it. */
  until(text: string): Promise<void>;
  output(): string;
  /** Settles with the exit status or the signal that ended the demo. */
  readonly ended: Promise<number | string>;
}

/** Starts the demo as the leader of a process group, with a folder of its own for temporary files. */
function startDemo(args: readonly string[] = []): Demo {
  const folder = mkdtempSync(join(folders, 'demo-'));
  const demo = spawn(process.execPath, [DEMO, ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const read = (chunk: Buffer) => {
    output += chunk;
    demo.emit('output');
  };
  demo.stdout.on('data', read);
  demo.stderr.on('data', read);
  const ended = once(demo, 'close').then(([status, signal]) => signal ?? status);
  return {
    process: demo,
    folder,
    output: () => output,
    ended,
    async until(text) {
      while (!output.includes(text)) {
        const by = await Promise.race([once(demo, 'output'), ended]);
        if (!Array.isArray(by) && !output.includes(text)) {
          throw new Error(`the demo ended (${by}) without ${JSON.stringify(text)}:\n${output}`);
        }
      }
    },
  };
}

/** Returns the ports of the KDC and the server that the demo has named. */
function portsIn(output: string): number[] {
  return [...output.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
}

/** Fails unless the output holds the texts one after the other. */
function expectInOrder(output: string, ...texts: readonly string[]): void {
  let from = 0;
  for (const text of texts) {
    const at = output.indexOf(text, from);
    expect(at, `${text} after ${from} in:\n${output}`).toBeGreaterThanOrEqual(from);
    from = at + text.length;
  }
}

function groupIsThere(leader: number): boolean {
  try {
    return process.kill(-leader, 0);
  } catch {
    return false;
  }
}

/** Fails if the ended demo has left a process, a file or a listener. */
async function expectNothingLeft(demo: Demo): Promise<void> {
  await vi.waitFor(() => expect(groupIsThere(Number(demo.process.pid))).toBe(false), REAPED_MS);
  expect(readdirSync(demo.folder)).toEqual([]);
  for (const port of portsIn(demo.output())) {
    expect(await listens(port)).toBe(false);
  }
}

describe('the whole demo', () => {
  let demo: Demo;
  let atFirstLine = '';

  beforeAll(async () => {
    demo = startDemo();
    await demo.until('    line 1\n');
    atFirstLine = demo.output();
    await demo.ended;
  }, DEMO_MS);

  test('ends with status 0 and leaves nothing', async () => {
    expect(await demo.ended).toBe(0);
    await expectNothingLeft(demo);
    expect(demo.output()).toContain('--- The servers are stopped and the folder is removed.');
  });

  test('shows what remctl does, over real Kerberos', () => {
    expect(demo.output()).toContain(`localhost test whoami
    alice@REMCTL.TEST
    [exit status 0]
`);
    expect(demo.output()).toContain('    (standard error) err 1\n');
    expect(demo.output()).toContain('    [exit status 7]\n');
    expect(demo.output()).toContain('    test streams: lines on both streams\n');
  });

  test('shows a refused and an unknown command', () => {
    expect(demo.output()).toContain(`localhost test denied
    (standard error) Access denied
    [exit status 255]
`);
    expect(demo.output()).toContain(`localhost no such command
    (standard error) Unknown command
    [exit status 255]
`);
  });

  test('shows the function that runs, and each of its lines as it comes', () => {
    expect(demo.output()).toContain('    async function* count(');
    expect(atFirstLine).not.toContain('line 2');
    expect(demo.output()).toContain(`
    line 1
    line 2
    line 3
    [exit status 0]
`);
  });

  test('shows two commands at once', () => {
    expectInOrder(demo.output(), 'count this &', 'count that', 'this 1', 'that 3');
    expectInOrder(demo.output(), 'count this &', 'count that', 'that 1', 'this 3');
    expect(demo.output()).toContain('    [exit status 0, exit status 0]\n');
  });

  test('shows what a client knows after the loss of the server', () => {
    expect(demo.output()).toMatch(
      / line 2\n +RemctlNetworkError: .*\n +commandState: unknown \(it may have run/,
    );
    expect(demo.output()).toMatch(/RemctlNetworkError: .*\n +commandState: not-sent \(nothing/);
  });

  test('shows the native backend, which the tests have', () => {
    expect(demo.output()).toContain(`REMCTL_BACKEND=native remctl`);
    expect(demo.output()).not.toContain('cannot be used');
  });
});

describe.concurrent('Ctrl-C', () => {
  const moments = [
    ['before the realm runs', '==> demo: starting a realm'],
    ['before the first command', 'These run now'],
    ['after the first output', 'alice@REMCTL.TEST\n    [exit'],
    ['between two lines of a command', '    line 1\n'],
    ['during two commands at once', 'this 2\n'],
    ['between two lines of a program with createClient()', 'drops the connection'],
  ] as const;

  test.for(moments)('%s ends the demo by the signal and leaves nothing', async ([, text]) => {
    const demo = startDemo();
    await demo.until(text);
    // As a terminal does, to the whole group.
    process.kill(-Number(demo.process.pid), 'SIGINT');
    expect(await demo.ended).toBe('SIGINT');
    await expectNothingLeft(demo);
  });

  test.for(['SIGTERM', 'SIGHUP'] as const)('%s to the demo alone does the same', async (signal) => {
    const demo = startDemo();
    await demo.until('    line 1\n');
    demo.process.kill(signal);
    expect(await demo.ended).toBe(signal);
    await expectNothingLeft(demo);
  });
});

test('a reader that goes away ends the demo and leaves nothing', async () => {
  const demo = startDemo();
  await demo.until('alice@REMCTL.TEST\n    [exit');
  demo.process.stdout?.destroy();
  expect(await demo.ended).toBe(141);
  await expectNothingLeft(demo);
});

test('an unknown option is refused with the usage', async () => {
  const demo = startDemo(['--sytem']);
  expect(await demo.ended).toBe(1);
  expect(demo.output()).toContain("Unknown option '--sytem'");
  expect(demo.output()).toContain('npm run demo -- --system');
});
