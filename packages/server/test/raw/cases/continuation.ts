/** Commands in several messages, in and out of order (protocol, section 2.4). */
import { bytes } from '@remctl/conformance/internal/servers';
import { Continue, MessageType, VERSION_2 } from '@remctl/core/wire';
import type { RawCase, Step } from '../case.js';
import { BAD_COMMAND, RAN, TOO_MUCH_DATA, UNEXPECTED_MESSAGE, VERSION } from '../expected.js';
import { commandMessage, NOOP, QUIT } from '../messages.js';
import { answered, authenticate, cutMessage, end, message } from '../steps.js';

const { WHOLE, FIRST, MIDDLE, LAST } = Continue;
/** A number that is no continue status. */
const NO_STATUS = 4;

const ONLY_MIDDLE_OR_LAST = {
  ours: [BAD_COMMAND, 'open'],
  because: 'protocol, section 2.4: after a first part comes a middle or a last one',
} as const;

/** Cuts data into three parts; the first two end inside a number. */
const thirds = (data: Buffer) => [data.subarray(0, 3), data.subarray(3, 6), data.subarray(6)];

/** Sends messages with these continue statuses, and the data cut into as many parts. */
function parts(data: Buffer, ...statuses: readonly number[]): Step[] {
  return statuses.map((continued, at) => {
    const piece = data.subarray(3 * at, at === statuses.length - 1 ? data.length : 3 * (at + 1));
    return message(commandMessage(piece, { continued }));
  });
}

/** A case in which another message comes between the first and the last part of a command. */
const between = (
  id: string,
  title: string,
  other: Uint8Array,
  remctld: RawCase['remctld'],
): RawCase => ({
  id: `continuation/${id}`,
  title: `between two parts of a command comes ${title}`,
  steps: (run) => [
    authenticate(),
    message(commandMessage(run.subarray(0, 9), { continued: FIRST })),
    message(other),
    answered(1),
    message(commandMessage(run.subarray(9), { continued: LAST })),
  ],
  remctld,
});

export const continuationCases: readonly RawCase[] = [
  {
    id: 'continuation/three-parts',
    title: 'a command in three parts, cut inside its numbers',
    steps: (run) => [authenticate(), ...parts(run, FIRST, MIDDLE, LAST)],
    remctld: [...RAN, 'open'],
  },
  {
    id: 'continuation/two-parts',
    title: 'a command in two parts',
    steps: (run) => [authenticate(), ...parts(run, FIRST, LAST)],
    remctld: [...RAN, 'open'],
  },
  {
    id: 'continuation/single-bytes',
    title: 'a command in parts of one byte',
    steps: (run) => [
      authenticate(),
      ...[...run].map((byte, at) => {
        const continued = at === 0 ? FIRST : at === run.length - 1 ? LAST : MIDDLE;
        return message(commandMessage(Buffer.of(byte), { continued }));
      }),
    ],
    remctld: [...RAN, 'open'],
  },
  {
    id: 'continuation/empty-parts',
    title: 'a command in its last part, after parts without data',
    steps: (run) => [
      authenticate(),
      ...[FIRST, MIDDLE].map((continued) =>
        message(commandMessage(Buffer.alloc(0), { continued })),
      ),
      message(commandMessage(run, { continued: LAST })),
    ],
    remctld: ['closed'],
    difference: {
      ours: [...RAN, 'open'],
      because: 'remctld ends at a first part without data; the protocol allows it',
    },
  },
  {
    id: 'continuation/empty-last',
    title: 'a command in its first part, and a last part without data',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run, { continued: FIRST })),
      message(commandMessage(Buffer.alloc(0), { continued: LAST })),
    ],
    remctld: [...RAN, 'open'],
  },
  {
    id: 'continuation/two-commands',
    title: 'two commands in parts, one after the other',
    steps: (run) => [
      authenticate(),
      ...parts(run, FIRST, LAST),
      ...parts(run, FIRST, MIDDLE, LAST),
    ],
    remctld: [...RAN, ...RAN, 'open'],
  },
  {
    id: 'continuation/middle-first',
    title: 'a middle part without a first one, then a whole command',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run, { continued: MIDDLE })),
      message(commandMessage(run)),
    ],
    remctld: [BAD_COMMAND, ...RAN, 'open'],
  },
  {
    id: 'continuation/last-first',
    title: 'a last part without a first one, then a whole command',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run, { continued: LAST })),
      message(commandMessage(run)),
    ],
    remctld: [BAD_COMMAND, ...RAN, 'open'],
  },
  {
    id: 'continuation/first-after-first',
    title: 'two first parts and a last one: the last part has no first one any more',
    steps: (run) => {
      const [a = run, b = run, c = run] = thirds(run);
      return [
        authenticate(),
        message(commandMessage(a, { continued: FIRST })),
        message(commandMessage(b, { continued: FIRST })),
        message(commandMessage(c, { continued: LAST })),
        message(commandMessage(run)),
      ];
    },
    remctld: [BAD_COMMAND, BAD_COMMAND, ...RAN, 'open'],
  },
  {
    id: 'continuation/first-after-middle',
    title: 'a first part after a middle one',
    steps: (run) => [authenticate(), ...parts(run, FIRST, MIDDLE, FIRST)],
    remctld: [BAD_COMMAND, 'open'],
  },
  {
    id: 'continuation/whole-after-first',
    title: 'the rest of a command in a message that says it is whole',
    steps: (run) => [authenticate(), ...parts(run, FIRST, WHOLE)],
    remctld: [...RAN, 'open'],
    difference: ONLY_MIDDLE_OR_LAST,
  },
  {
    id: 'continuation/own-whole-after-first',
    title: 'a first part, then a whole command',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run.subarray(0, 9), { continued: FIRST })),
      message(commandMessage(run)),
    ],
    remctld: [BAD_COMMAND, 'open'],
  },
  {
    id: 'continuation/status-4',
    title: 'a whole command with the continue status 4',
    steps: (run) => [authenticate(), message(commandMessage(run, { continued: NO_STATUS }))],
    remctld: [BAD_COMMAND, 'open'],
  },
  {
    id: 'continuation/status-255',
    title: 'a whole command with the continue status 255',
    steps: (run) => [authenticate(), message(commandMessage(run, { continued: 255 }))],
    remctld: [...RAN, 'open'],
    difference: {
      ours: [BAD_COMMAND, 'open'],
      because: 'the protocol has no such continue status; to remctld it is a negative one',
    },
  },
  {
    id: 'continuation/status-4-after-first',
    title: 'a part with the continue status 4 after a first one',
    steps: (run) => [authenticate(), ...parts(run, FIRST, NO_STATUS)],
    remctld: [BAD_COMMAND, 'open'],
  },
  {
    id: 'continuation/last-after-error',
    title: 'a wrong part, then a last one: nothing of the command is left',
    steps: (run) => [authenticate(), ...parts(run, FIRST, NO_STATUS, LAST)],
    remctld: [BAD_COMMAND, BAD_COMMAND, 'open'],
  },
  between('quit', 'a QUIT', QUIT, ['closed']),
  between('noop', 'a NOOP', NOOP, [UNEXPECTED_MESSAGE, 'closed']),
  ...[
    0,
    MessageType.OUTPUT,
    MessageType.STATUS,
    MessageType.ERROR,
    MessageType.VERSION,
    8,
    255,
  ].map((type) =>
    between(`type-${type}`, `a message of type ${type}`, bytes(VERSION_2, type, 1), [
      UNEXPECTED_MESSAGE,
      'closed',
    ]),
  ),
  ...[0, 1, 4, 255].map((version) =>
    between(
      `version-${version}`,
      `a QUIT of version ${version}`,
      bytes(version, MessageType.QUIT),
      [VERSION, 'closed'],
    ),
  ),
  between(
    'oversized',
    'a middle part with more than 64 KiB',
    commandMessage(Buffer.alloc(65_533), { continued: MIDDLE }),
    [TOO_MUCH_DATA, BAD_COMMAND, 'open'],
  ),
  {
    id: 'continuation/version-of-last',
    title: 'a command whose last part has version 1',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run.subarray(0, 9), { continued: FIRST })),
      message(commandMessage(run.subarray(9), { continued: LAST, version: 1 })),
    ],
    remctld: [VERSION, 'closed'],
  },
  {
    id: 'continuation/end',
    title: 'the client ends between two parts of a command',
    steps: (run) => [authenticate(), ...parts(run, FIRST, MIDDLE), end],
    remctld: ['closed'],
  },
  {
    id: 'continuation/cut',
    title: 'the client ends inside the last part of a command',
    steps: (run) => [
      authenticate(),
      message(commandMessage(run.subarray(0, 9), { continued: FIRST })),
      cutMessage(commandMessage(run.subarray(9), { continued: LAST }), -1),
      end,
    ],
    remctld: ['closed'],
  },
  {
    id: 'continuation/waits',
    title: 'a first part alone',
    steps: (run) => [authenticate(), ...parts(run, FIRST)],
    remctld: ['waits'],
  },
];
