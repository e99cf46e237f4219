// The commands of the demo's server: functions, and one program.
import { setTimeout as sleep } from 'node:timers/promises';

const STDERR = 2;
const ANYONE = ['ANYUSER'];
const PAUSE_MS = 600;
const SHORT_PAUSE_MS = 50;

const text = (bytes) => Buffer.from(bytes).toString();

/** Pauses between its lines: remctl writes two streams, whose order is lost without a pause. */
async function* streams() {
  for (const number of [1, 2]) {
    yield `out ${number}\n`;
    await sleep(SHORT_PAUSE_MS);
    yield { stream: STDERR, output: `err ${number}\n` };
    await sleep(SHORT_PAUSE_MS);
  }
}

/** The function that the demo shows: `demo count LABEL` prints three lines. */
export async function* count({ command: [, , label], signal }) {
  for (let number = 1; number <= 3; number += 1) {
    yield `${text(label)} ${number}\n`;
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** Returns the commands. Nobody may run `test denied`: its rule names a principal that does not exist. */
export const ownCommands = (realm) => [
  {
    command: 'test',
    subcommand: 'whoami',
    access: ANYONE,
    run: ({ principal }) => `${principal}\n`,
  },
  {
    command: 'test',
    subcommand: 'streams',
    access: ANYONE,
    run: streams,
    summary: 'test streams: lines on both streams\n',
    help: 'test streams: prints two lines on each stream\n',
  },
  {
    command: 'test',
    subcommand: 'status',
    access: ANYONE,
    run: ({ command: [, , status] }) => Number(text(status)),
  },
  { command: 'test', subcommand: 'denied', access: [`princ:nobody@${realm}`], run: () => 0 },
  { command: 'demo', subcommand: 'count', access: ANYONE, run: count },
  { command: 'node', subcommand: '--version', access: ANYONE, program: process.execPath },
];
