/** The life of a program that is a command. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ErrorCode } from '@remctl/core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ProgramCommand } from '../../../src/commands/command.js';
import { endGroup } from '../../../src/commands/program/end-group.js';
import { children, descriptors, isRunning, readPids } from '../../support/processes.js';
import { writeProgram } from '../../support/program.js';
import { ALICE, memoryReply, prepare } from '../../support/run-command.js';
import { until } from '../../support/until.js';

let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-run-'));
  program = writeProgram(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const withProgram = (options: Partial<ProgramCommand> = {}) =>
  prepare([{ command: 'test', program, access: ['ANYUSER'], ...options }]);
const bytes = (...command: readonly string[]) => command.map((each) => Buffer.from(each));
const never = new AbortController().signal;

let files = 0;
function newFile(): string {
  files += 1;
  return join(folder, `pids-${files}`);
}

describe('arguments that are not UTF-8', () => {
  const odd = Buffer.of(0x80, 0xff);

  it('leave the program its descriptors, its environment and its name', async () => {
    const { run } = await withProgram();
    expect(await run('test', 'fds', odd)).toEqual(await run('test', 'fds', 'x'));
    const environment = await run('test', 'env');
    expect(environment).toMatchObject({ status: 0 });
    const { run: runAll } = await prepare([{ command: 'ALL', program, access: ['ANYUSER'] }]);
    const [, name] = /^REMCTL_COMMAND=(.*)$/m.exec((await runAll(odd, 'env')).stdout) ?? [];
    expect(name).toBe('80ff');
    const withoutName = (text: string) => text.replace(/^REMCTL_COMMAND=.*$/m, '');
    expect(withoutName((await runAll(odd, 'env')).stdout)).toBe(withoutName(environment.stdout));
  });

  it('are no harm to standard input, status and signals', async () => {
    const { run } = await withProgram({ stdin: 'last' });
    expect(await run('test', 'stdin', odd, 'data')).toMatchObject({
      stdout: '\x80\xff<data>',
      status: 0,
    });
    const { run: runs } = await withProgram();
    expect(await runs('test', 'exit', '7', odd)).toMatchObject({ status: 7 });
    expect(await runs('test', 'kill', 'KILL', odd)).toMatchObject({ status: 255 });
  });

  it('do not hide that the program is missing', async () => {
    const gone = join(folder, 'gone');
    writeFileSync(gone, '#!/bin/sh\n', { mode: 0o755 });
    const { run, records } = await withProgram({ program: gone });
    rmSync(gone);
    for (const argument of [odd, 'x']) {
      expect(await run('test', argument)).toEqual({ stdout: '', stderr: '', status: 255 });
      expect(records.at(-1)).toMatchObject({
        type: 'failed',
        reason: 'cannot execute command: ENOENT',
      });
    }
  });
});

describe('a program that cannot be executed', () => {
  it('gives status 255, and its arguments are in no error of the log', async () => {
    const file = join(folder, 'later-not-executable');
    writeFileSync(file, '#!/bin/sh\n', { mode: 0o755 });
    const { run, records } = await withProgram({ program: file, logmask: [2] });
    chmodSync(file, 0o644);
    const answer = await run('test', 'sub', 'hunter2');
    const expected = process.geteuid?.() === 0 || existsSync(file);
    expect(expected).toBe(true);
    expect(answer).toEqual({ stdout: '', stderr: '', status: 255 });
    expect(JSON.stringify(records)).not.toContain('hunter2');
    const [, failed] = records;
    expect(failed).toMatchObject({ type: 'failed', reason: 'cannot execute command: EACCES' });
  });

  it('gives status 255 if its arguments are too long for the system', async () => {
    const { run, records } = await withProgram();
    expect(await run('test', 'argv', 'x'.repeat(3_000_000))).toMatchObject({
      stdout: '',
      status: 255,
    });
    expect(records.at(-1)).toMatchObject({ reason: 'cannot execute command: E2BIG' });
  });
});

describe('output', () => {
  it('stops with a slow client, and comes whole', async () => {
    const { execute } = await withProgram();
    let release: (() => void) | undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let received = 0;
    const reply = memoryReply(() => released);
    const counted = {
      ...reply,
      output: (stream: 1 | 2, output: Uint8Array) => {
        received += output.length;
        return reply.output(stream, output);
      },
    };
    const running = execute(ALICE, bytes('test', 'output', '5000000'), counted, never);
    await until(() => received > 0);
    await sleep(50);
    expect(received).toBeLessThan(200_000);
    release?.();
    await running;
    expect(received).toBe(5_000_000);
    expect(reply.answer()).toMatchObject({ status: 0 });
  });

  it('of a program that has ended is delivered to a slow client', async () => {
    const { execute } = await withProgram();
    const reply = memoryReply(() => sleep(20));
    await execute(ALICE, bytes('test', 'output', '150000'), reply, never);
    expect(reply.answer().stdout).toHaveLength(150_000);
  });

  it('of a background process does not hold the command', async () => {
    const { run } = await withProgram();
    expect(await run('test', 'background', '20')).toEqual({
      stdout: 'parent',
      stderr: '',
      status: 5,
    });
  });

  it('of a background process that writes without end does not hold the command', async () => {
    const script = join(folder, 'flood.pl');
    writeFileSync(
      script,
      `#!/usr/bin/perl\nif (!fork) { alarm 20; print 'x' x 65536 while 1 } exit 3;\n`,
      {
        mode: 0o755,
      },
    );
    const { run } = await withProgram({ program: script });
    expect(await run('test')).toMatchObject({ status: 3 });
  });
});

describe('the end of a program', () => {
  it('comes with its connection, for its group too', async () => {
    const { execute, records } = await withProgram();
    const gone = new AbortController();
    const file = newFile();
    const reply = memoryReply();
    const running = execute(ALICE, bytes('test', 'wait', file), reply, gone.signal);
    const pids = await readPids(file);
    expect(pids.map(isRunning)).toEqual([true, true]);
    gone.abort();
    await running;
    expect(pids.map(isRunning)).toEqual([false, false]);
    expect(reply.answer()).toEqual({ stdout: '', stderr: '' });
    expect(records.map(({ type }) => type)).toEqual(['command']);
  });

  it('comes with its time-out, after the answer', async () => {
    const { run, records } = await withProgram({ timeout: 0.5 });
    const file = newFile();
    const answer = await run('test', 'wait', file);
    expect(answer).toMatchObject({ error: [ErrorCode.ERROR_INTERNAL, 'Command timed out'] });
    expect((await readPids(file)).map(isRunning)).toEqual([false, false]);
    expect(records.at(-1)).toMatchObject({
      type: 'failed',
      reason: 'it took longer than its time-out of 0.5 seconds',
    });
  });

  it('comes with the time-out of its summary, and other summaries follow', async () => {
    const access = ['ANYUSER'];
    const { run } = await prepare([
      { command: 'slow', program: '/bin/sleep', access, summary: '60', timeout: 0.2 },
      { command: 'quick', program, access, summary: 's3' },
    ]);
    expect(await run('help')).toEqual({ stdout: 's3 \n', stderr: '', status: 3 });
  });

  it('comes by SIGKILL if SIGTERM does not end it', async () => {
    const file = newFile();
    const child = spawn(program, ['stubborn', file], { detached: true, stdio: 'ignore' });
    const pids = await readPids(file);
    const exited = once(child, 'exit').then(() => undefined);
    await endGroup({ pid: child.pid as number, exited }, 100);
    await until(() => !pids.some(isRunning));
  });

  it('comes with the end of the process that serves', async () => {
    const file = newFile();
    const url = new URL('../../../dist/commands/prepare-commands.js', import.meta.url).href;
    const script = `
      const { prepareCommands } = await import(${JSON.stringify(url)});
      const commands = [{ command: 'test', program: ${JSON.stringify(program)}, access: ['ANYUSER'] }];
      const execute = await prepareCommands({ commands, log: () => {}, keytab: '/x' });
      const client = { principal: 'a@B', address: '127.0.0.1', expires: new Date() };
      const reply = { output: async () => {}, status() {}, error() {} };
      const command = ['test', 'wait', ${JSON.stringify(file)}].map((each) => Buffer.from(each));
      execute(client, command, reply, new AbortController().signal);
      process.stdin.resume().on('end', () => process.exit(0));
    `;
    const server = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const pids = await readPids(file);
    server.stdin.end();
    await once(server, 'exit');
    await until(() => !pids.some(isRunning));
  });

  it('leaves no process and no descriptor', async () => {
    const { run, execute } = await withProgram({ stdin: 'last' });
    await run('test', 'stdin', 'x');
    const before = { descriptors: descriptors(), children: children() };
    for (const command of [
      ['test', 'exit', '3'],
      ['test', 'background', '0.2'],
      ['test', Buffer.of(0xff), 'x'],
      ['test', 'close', 'x'.repeat(300_000)],
    ]) {
      await run(...command);
    }
    for (let n = 0; n < 5; n += 1) {
      const gone = new AbortController();
      const file = newFile();
      const running = execute(ALICE, bytes('test', 'wait', file, 'x'), memoryReply(), gone.signal);
      await readPids(file);
      gone.abort();
      await running;
    }
    const aborted = new AbortController();
    const running = execute(ALICE, bytes('test', 'exit', '0'), memoryReply(), aborted.signal);
    aborted.abort();
    await running;
    for (let delay = 0; delay < 20; delay += 1) {
      // At any moment, while the process is Perl still, too.
      const gone = new AbortController();
      const command = ['test', Buffer.of(0xff), 'x'.repeat(100_000)].map((each) =>
        Buffer.from(each),
      );
      const ending = execute(ALICE, command, memoryReply(), gone.signal);
      setTimeout(() => gone.abort(), delay / 4);
      await ending;
    }
    await until(() => descriptors() <= before.descriptors);
    expect(children()).toEqual(before.children);
  });
});

describe('the user of a program', () => {
  const isRoot = process.geteuid?.() === 0;

  /** Puts a program of a name first in PATH while `work` runs. */
  async function withInPath(
    name: string,
    script: string,
    work: () => Promise<void>,
  ): Promise<void> {
    const bin = mkdtempSync(join(folder, 'bin-'));
    writeFileSync(join(bin, name), script, { mode: 0o755 });
    const { PATH = '' } = process.env;
    process.env.PATH = `${bin}${delimiter}${PATH}`;
    try {
      await work();
    } finally {
      process.env.PATH = PATH;
    }
  }

  it.skipIf(!isRoot)('has its own numbers', async () => {
    const { run } = await withProgram({ program: '/usr/bin/id', user: 'nobody' });
    expect((await run('test')).stdout).toMatch(
      /^uid=\d+\(nobody\) gid=\d+\(\w+\) groups=\d+\(\w+\)\n$/,
    );
    const { run: byNumber } = await withProgram({ program: '/usr/bin/id', user: '65534' });
    expect(await byNumber('test')).toEqual(await run('test'));
    const { run: byRoot } = await withProgram({ program: '/usr/bin/id', user: 'root' });
    expect((await byRoot('test')).stdout).toMatch(/^uid=0/);
  });

  it.skipIf(!isRoot)('is refused if there is none, or if it has other groups', async () => {
    await expect(withProgram({ user: 'nobody-here' })).rejects.toThrow(
      'user of the command "test": there is no user "nobody-here"',
    );
    const script =
      '#!/bin/sh\ncase $1 in -u) echo 1000;; -g) echo 1000;; -G) echo 1000 27 4;; esac\n';
    await withInPath('id', script, async () => {
      await expect(withProgram({ user: 'jdoe' })).rejects.toThrow(
        "jdoe has supplementary groups (27, 4), which Node cannot keep: use sudo: 'jdoe'",
      );
    });
  });

  it('is refused in a server that does not run as root', async () => {
    const asOther = vi.spyOn(process, 'geteuid').mockReturnValue(1000);
    onTestFinished(() => asOther.mockRestore());
    await expect(withProgram({ user: 'nobody' })).rejects.toThrow("or use sudo: 'nobody'");
  });

  it('may be had by sudo, for help and summary too', async () => {
    await withInPath(
      'sudo',
      '#!/bin/sh\nshift 0\nfor each; do echo "<$each>"; done\n',
      async () => {
        const sudo = '#1000';
        const { run } = await withProgram({
          sudo,
          help: 'h',
          summary: 's',
          subcommand: 'sub',
          stdin: 2,
        });
        const prefix = `<-u>\n<#1000>\n<-->\n<${program}>\n`;
        expect(await run('test', 'sub', 'in', '-x')).toMatchObject({
          stdout: `${prefix}<sub>\n<-x>\n`,
        });
        expect(await run('help', 'test', 'sub')).toMatchObject({ stdout: `${prefix}<h>\n<sub>\n` });
        expect(await run('help')).toMatchObject({ stdout: `${prefix}<s>\n<sub>\n` });
      },
    );
  });

  it('cannot be had by sudo where there is none', async () => {
    const { PATH = '' } = process.env;
    const bin = mkdtempSync(join(folder, 'no-sudo-'));
    symlinkSync('/bin/true', join(bin, 'true'));
    process.env.PATH = bin;
    try {
      await expect(withProgram({ sudo: 'x' })).rejects.toThrow('there is no sudo in PATH');
    } finally {
      process.env.PATH = PATH;
    }
  });
});
