/** Keep-alive, messages sent ahead, and the client's end (protocol, sections 2.4 and 2.5). */
import { Continue } from '@remctl/core/wire';
import type { RawCase } from '../case.js';
import { BAD_COMMAND, RAN, TOO_MUCH_DATA, UNKNOWN_COMMAND, VERSION } from '../expected.js';
import { commandData, commandMessage, NOOP, QUIT } from '../messages.js';
import { answered, authenticate, end, message } from '../steps.js';

const sleepCommand = commandMessage(commandData(['test', 'sleep', '0.2']));
const unknown = commandData(['nonesuch']);

export const sequenceCases: readonly RawCase[] = [
  {
    id: 'keep-alive/0',
    title: 'a command without keep-alive, and one after it',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run, { keepAlive: 0 })),
      answered(2),
      message(commandMessage(run)),
    ],
    remctld: [...RAN, 'closed'],
  },
  ...[1, 2, 255].map(
    (keepAlive): RawCase => ({
      id: `keep-alive/${keepAlive}`,
      title: `a command with keep-alive ${keepAlive}`,
      steps: (run) => [authenticate(), message(commandMessage(run, { keepAlive }))],
      remctld: [...RAN, 'open'],
    }),
  ),
  {
    id: 'keep-alive/0-unknown',
    title: 'an unknown command without keep-alive',
    steps: () => [authenticate(), message(commandMessage(unknown, { keepAlive: 0 }))],
    remctld: [UNKNOWN_COMMAND, 'closed'],
  },
  {
    id: 'keep-alive/0-malformed',
    title: 'a malformed command without keep-alive',
    steps: () => [
      authenticate(),
      message(commandMessage(commandData(['test'], 2), { keepAlive: 0 })),
    ],
    remctld: [BAD_COMMAND, 'closed'],
  },
  {
    id: 'keep-alive/0-bad-continuation',
    title: 'a last part without a first one, without keep-alive',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run, { keepAlive: 0, continued: Continue.LAST })),
    ],
    remctld: [BAD_COMMAND, 'closed'],
  },
  {
    id: 'keep-alive/0-oversized',
    title: 'a command with more than 64 KiB, without keep-alive',
    steps: () => [authenticate(), message(commandMessage(Buffer.alloc(65_533), { keepAlive: 0 }))],
    remctld: [TOO_MUCH_DATA, 'closed'],
  },
  {
    id: 'keep-alive/0-wrong-version',
    title: 'a command of version 4, without keep-alive',
    steps: (run) => [authenticate(), message(commandMessage(run, { keepAlive: 0, version: 4 }))],
    remctld: [VERSION, 'open'],
  },
  {
    id: 'keep-alive/0-in-first-part',
    title: 'keep-alive 0 in the first part of a command, 1 in its last one',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run.subarray(0, 9), { keepAlive: 0, continued: Continue.FIRST })),
      message(commandMessage(run.subarray(9), { keepAlive: 1, continued: Continue.LAST })),
    ],
    remctld: [...RAN, 'open'],
  },
  {
    id: 'keep-alive/0-in-last-part',
    title: 'keep-alive 1 in the first part of a command, 0 in its last one',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run.subarray(0, 9), { keepAlive: 1, continued: Continue.FIRST })),
      message(commandMessage(run.subarray(9), { keepAlive: 0, continued: Continue.LAST })),
    ],
    remctld: [...RAN, 'closed'],
  },
  {
    id: 'keep-alive/0-in-first-part-then-noop',
    title: 'a first part without keep-alive, then a NOOP',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run, { keepAlive: 0, continued: Continue.FIRST })),
      message(NOOP),
    ],
    remctld: ['error 9 Unexpected message', 'closed'],
  },
  {
    id: 'keep-alive/0-in-first-part-then-version',
    title: 'a first part without keep-alive, then a NOOP of version 4',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run, { keepAlive: 0, continued: Continue.FIRST })),
      message(Buffer.of(4, 7)),
    ],
    remctld: [VERSION, 'closed'],
  },
  {
    id: 'ahead/commands',
    title: 'three commands and two NOOPs sent at once',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run)),
      message(NOOP),
      message(commandMessage(unknown)),
      message(NOOP),
      message(commandMessage(run)),
    ],
    remctld: [...RAN, 'noop', UNKNOWN_COMMAND, 'noop', ...RAN, 'open'],
  },
  {
    id: 'ahead/noop',
    title: 'a NOOP while a command runs',
    steps: () => [authenticate(), message(sleepCommand), message(NOOP)],
    remctld: ['status 0', 'noop', 'open'],
  },
  {
    id: 'ahead/quit',
    title: 'a QUIT while a command runs',
    steps: () => [authenticate(), message(sleepCommand), message(QUIT)],
    remctld: ['status 0', 'closed'],
  },
  {
    id: 'ahead/command-after-quit',
    title: 'a command after a QUIT, both while a command runs',
    steps: (run) => [
      authenticate(),
      message(sleepCommand),
      message(QUIT),
      message(commandMessage(run)),
    ],
    remctld: ['status 0', 'closed'],
  },
  {
    id: 'ahead/end',
    title: 'two commands, and the client ends its direction at once',
    steps: (run) => [authenticate(), message(sleepCommand), message(commandMessage(run)), end],
    remctld: ['status 0', ...RAN, 'closed'],
  },
  {
    id: 'ahead/end-after-answer',
    title: 'the client ends its direction after the answer',
    steps: (run) => [authenticate(), message(commandMessage(run)), answered(2), end],
    remctld: [...RAN, 'closed'],
  },
];
