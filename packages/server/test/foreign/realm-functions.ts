/** The commands of a realm's remctl.conf, as functions. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { STDERR } from '@remctl/core/wire';
import type { CommandFunction, FunctionCommand } from '../../src/index.js';

const ANYONE = ['ANYUSER'];
const LETTERS = Buffer.from('abcdefghijklmnopqrstuvwxyz'.repeat(2520));
const PAUSE_MS = 50;

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

/** Prints the letters a to z over and over. */
const output: CommandFunction = async ({ command: [, , length], stdout }) => {
  for (let left = Number(text(length)); left > 0; left -= LETTERS.length) {
    await stdout.write(LETTERS.subarray(0, left));
  }
};

const noSuchSubcommand: CommandFunction = async ({ command: [, name], stderr }) => {
  await stderr.write(`no such subcommand: ${text(name)}\n`);
  return 255;
};

async function* streams() {
  for (const number of [1, 2]) {
    yield `out ${number}\n`;
    await sleep(PAUSE_MS);
    yield { stream: STDERR, output: `err ${number}\n` } as const;
    await sleep(PAUSE_MS);
  }
}

const test = (subcommand: string, run: CommandFunction): FunctionCommand => ({
  command: 'test',
  subcommand,
  access: ANYONE,
  run,
});

/** Returns the commands. The programs in realm/src/remctl-conf.ts say what each does. */
export const realmFunctions = (realm: string): readonly FunctionCommand[] => [
  {
    ...test('streams', streams),
    help: "test streams: see the realm's remctl.conf\n",
    summary: 'test streams: lines on both streams\n',
  },
  test('stdin', ({ command }) => command.at(-1)),
  test('digest', ({ command }) => {
    const last = command.at(-1) ?? new Uint8Array();
    return `${last.length} ${createHash('sha256').update(last).digest('hex')}\n`;
  }),
  { ...test('denied', () => 'never printed'), access: [`princ:nobody@${realm}`] },
  test('status', ({ command: [, , status] }) => Number(text(status))),
  test('argv', ({ command: [, , ...rest] }) =>
    rest.map((each) => `${Buffer.from(each).toString('hex')}\n`).join('')),
  test('output', output),
  test('whoami', ({ principal }) => `${principal}\n`),
  test('sleep', async ({ command: [, , seconds], signal }) => {
    await sleep(Number(text(seconds)) * 1000, undefined, { signal });
  }),
  test('ALL', noSuchSubcommand),
  { command: 'true', subcommand: 'ALL', access: ANYONE, run: () => 0 },
];
