/** Arguments that reach the server, and output and status that come back. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Case, CaseContext } from '../case.js';
import { rejection } from '../support/expected-errors.js';
import { collectTokens, hex, text } from '../support/reading.js';

const TOO_LONG_FOR_1 = 'protocol 1 carries one message of at most 64 KiB, and no continuation';
const ONE_STREAM_IN_1 = 'protocol 1 sends both streams as one';
const OUTPUT_LIMIT_IN_1 = 'protocol 1 carries at most 64 KiB of output';

type Arguments = readonly (string | Uint8Array)[];

/** Expects that the server's program gets exactly these arguments. */
async function expectArguments({ open }: CaseContext, sent: Arguments): Promise<void> {
  const client = await open();
  const { stdout, status } = await client.run(['test', 'argv', ...sent]).text();
  expect(status).toBe(0);
  expect(stdout).toBe(sent.map((each) => `${hex(each)}\n`).join(''));
}

/** Expects that the server's program gets the whole argument. */
async function expectWhole({ open }: CaseContext, data: Uint8Array): Promise<void> {
  const client = await open();
  const { stdout } = await client.run(['test', 'digest', data]).text();
  expect(stdout).toBe(`${data.length} ${createHash('sha256').update(data).digest('hex')}\n`);
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes whose order a digest can check. */
function pattern(length: number): Buffer {
  const data = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) {
    data[at] = (at * 31 + (at >> 8)) & 0xff;
  }
  return data;
}

const argument = (name: string, title: string, sent: Arguments): Case => ({
  id: `argv/${name}`,
  title: `arguments arrive exactly as sent: ${title}`,
  run: (context) => expectArguments(context, sent),
});

const size = (name: string, length: number): Case => ({
  id: `size/${name}`,
  title: `an argument of ${length} bytes arrives whole, in continued messages if it is long`,
  ...(length > 60 * KIB ? { notInProtocol1: TOO_LONG_FOR_1 } : {}),
  run: (context) => expectWhole(context, pattern(length)),
});

export const commandCases: readonly Case[] = [
  {
    id: 'output/streams',
    title: 'standard output and standard error come in their order, each marked with its stream',
    notInProtocol1: ONE_STREAM_IN_1,
    async run({ open }) {
      const client = await open();
      const tokens = await collectTokens(client.run(['test', 'streams']));
      expect(
        tokens.map((token) =>
          token.type === 'output' ? [token.stream, text(token.output)] : token.type,
        ),
      ).toEqual([[1, 'out 1\n'], [2, 'err 1\n'], [1, 'out 2\n'], [2, 'err 2\n'], 'status']);
    },
  },
  {
    id: 'output/status',
    title: 'every exit status from 0 to 255 is reported unchanged',
    async run({ open }) {
      const client = await open();
      const seen: number[] = [];
      const statuses = Array.from({ length: 256 }, (_, status) => status);
      for (const status of statuses) {
        seen.push((await client.run(['test', 'status', String(status)]).bytes()).status);
      }
      expect(seen).toEqual(statuses);
    },
  },
  {
    id: 'output/none',
    title: 'a command without output gives a status and nothing else',
    async run({ open }) {
      const client = await open();
      expect(await collectTokens(client.run(['true', 'x']))).toEqual([
        { type: 'status', status: 0 },
      ]);
    },
  },
  {
    id: 'output/early',
    title: 'a command that closes its output early still reports its status',
    async run({ open }) {
      const client = await open();
      expect(await client.run(['test', 'early']).text()).toEqual({
        stdout: '',
        stderr: '',
        status: 4,
      });
    },
  },
  {
    id: 'output/50-mb',
    title: '50 MB of output arrive whole and in order',
    notInProtocol1: OUTPUT_LIMIT_IN_1,
    async run({ open }) {
      const client = await open();
      const length = 50_000_000;
      const hash = createHash('sha256');
      let seen = 0;
      for await (const token of client.run(['test', 'output', String(length)])) {
        if (token.type !== 'output') {
          continue;
        }
        hash.update(token.output);
        seen += token.output.length;
      }
      const expected = createHash('sha256');
      const block = Buffer.from('abcdefghijklmnopqrstuvwxyz'.repeat(2520));
      for (let left = length; left > 0; left -= block.length) {
        expected.update(left < block.length ? block.subarray(0, left) : block);
      }
      expect(seen).toBe(length);
      expect(hash.digest('hex')).toBe(expected.digest('hex'));
    },
  },
  {
    id: 'output/slow',
    title: 'slow output arrives while the command runs, not at its end',
    notInProtocol1: 'protocol 1 sends all output at the end',
    async run({ open }) {
      const client = await open();
      const run = client.run(['test', 'slow', '3', '0.2']);
      const tokens = run[Symbol.asyncIterator]();
      const started = performance.now();
      expect((await tokens.next()).value).toMatchObject({ type: 'output' });
      const first = performance.now() - started;
      let last: unknown;
      for (let step = await tokens.next(); step.done !== true; step = await tokens.next()) {
        last = step.value;
      }
      expect(last).toEqual({ type: 'status', status: 0 });
      // Two more lines, 0.2 s apart, came after the first.
      expect(performance.now() - started - first).toBeGreaterThan(300);
    },
  },
  {
    id: 'output/unread',
    title: 'a slow reader stops the server: nothing is lost, and the process stays small',
    notInProtocol1: OUTPUT_LIMIT_IN_1,
    async run({ open }) {
      const client = await open();
      const length = 40_000_000;
      const before = process.memoryUsage().rss;
      let seen = 0;
      let paused = false;
      for await (const token of client.run(['test', 'output', String(length)])) {
        if (token.type !== 'output') {
          continue;
        }
        seen += token.output.length;
        if (!paused && seen > 1_000_000) {
          paused = true;
          await sleep(300);
          expect(process.memoryUsage().rss - before).toBeLessThan(30_000_000);
        }
      }
      expect(seen).toBe(length);
    },
  },
  {
    id: 'argv/iterable',
    title: '"command should be an iterable [of] str or bytes": a set and a generator, mixed',
    async run({ open }) {
      const client = await open();
      const set = new Set(['test', 'argv', new Uint8Array([0xff]), 'x']);
      expect((await client.run(set).text()).stdout).toBe('ff\n78\n');
      function* command() {
        yield* ['test', 'argv', 'y'];
      }
      expect((await client.run(command()).text()).stdout).toBe('79\n');
    },
  },
  argument('empty', 'empty arguments', ['', 'x', '']),
  argument('unicode', 'text "encoded in UTF-8"', ['Grüße', '日本語', '🙂']),
  argument('bytes', 'bytes that are not UTF-8', [new Uint8Array([0xff, 0xfe, 0x80, 0xc3])]),
  argument('newline', 'newlines, quotes, blanks and shell characters', [
    'a\nb',
    ' "x" ',
    "'",
    '$(id)',
    '*',
    '\t',
  ]),
  argument(
    '200',
    '200 arguments',
    Array.from({ length: 200 }, (_, n) => `argument ${n}`),
  ),
  argument(
    '4096',
    'as many as remctld takes, 4,096 with the command and its subcommand',
    Array.from({ length: 4094 }, (_, n) => String(n)),
  ),
  {
    id: 'argv/too-many',
    title: 'more arguments than the server takes are refused with ERROR_TOOMANY_ARGS',
    async run({ open, protocol }) {
      const client = await open();
      await client.command(['test', 'argv', ...Array.from({ length: 4095 }, () => 'x')]);
      const token = await client.output();
      // A refusal in protocol 1 is output with a status of -1, and has no code.
      if (protocol === 1) {
        expect(token.type).toBe('output');
      } else {
        expect(token).toMatchObject({ type: 'error', error: 7 });
      }
    },
  },
  {
    id: 'stdin/nul',
    title: 'an argument that the server passes on standard input may hold NUL bytes',
    async run({ open }) {
      const client = await open();
      const data = new Uint8Array([0, 1, 0, 255, 10, 0]);
      const { stdout } = await client.run(['test', 'stdin', data]).bytes();
      expect(hex(stdout)).toBe(hex(data));
    },
  },
  {
    id: 'argv/nul',
    title: '"most remctl servers will reject commands or arguments containing ASCII 0 (NUL)"',
    async run({ open, protocol }) {
      const client = await open();
      await client.command(['test', 'argv', 'a\0b']);
      const token = await client.output();
      if (protocol === 1) {
        expect(token.type).toBe('output');
      } else {
        expect(token).toMatchObject({ type: 'error', error: 4 });
      }
    },
  },
  {
    id: 'size/too-long-for-protocol-1',
    title: 'a command too long for protocol 1 is refused before it is sent; the client goes on',
    async run({ open, protocol }) {
      const client = await open();
      const command = ['test', 'digest', pattern(64 * KIB)];
      if (protocol === 2) {
        return void expect((await client.run(command).bytes()).status).toBe(0);
      }
      expect(await rejection(client.command(command))).toMatchObject({
        name: 'RemctlUnsupportedError',
        message: expect.stringMatching(/65\d{3} bytes.*at most 65536/),
        commandState: 'not-sent',
      });
      expect((await client.run(['echo', 'on']).text()).stdout).toBe('on\n');
    },
  },
  size('60k', 60 * KIB - 100),
  size('64k-minus-1', 64 * KIB - 1),
  size('64k', 64 * KIB),
  size('64k-plus-1', 64 * KIB + 1),
  size('10-mib', 10 * MIB),
];
