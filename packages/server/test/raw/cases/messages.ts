/** Messages of every version and type (protocol, sections 2.2, 2.3, 2.7 and 2.8). */
import { bytes, output, status, version } from '@remctl/conformance/internal/servers';
import { MESSAGE_MAX_LENGTH, MessageType, VERSION_2, VERSION_3 } from '@remctl/core/wire';
import { type RawCase, UNPREDICTABLE } from '../case.js';
import { BAD_COMMAND, RAN, UNKNOWN_MESSAGE, VERSION } from '../expected.js';
import { commandMessage, NOOP, QUIT } from '../messages.js';
import { authenticate, message } from '../steps.js';

const WRONG_VERSIONS = [0, 1, 4, 255] as const;
const WRONG_TYPES = [0, 8, 127, 128, 255] as const;

/** A case of one message, and a command after it. */
const one = (id: string, title: string, content: Uint8Array, ...answers: string[]): RawCase => ({
  id: `message/${id}`,
  title,
  steps: (run) => [authenticate(), message(content), message(commandMessage(run))],
  remctld: [...answers, ...RAN, 'open'],
});

export const messageCases: readonly RawCase[] = [
  ...WRONG_VERSIONS.map(
    (wrong): RawCase => ({
      id: `message/command-version-${wrong}`,
      title: `a COMMAND of version ${wrong}`,
      steps: (run) => [authenticate(), message(commandMessage(run, { version: wrong }))],
      remctld: [VERSION, 'open'],
    }),
  ),
  {
    id: 'message/command-version-3',
    title: 'a COMMAND of version 3',
    steps: (run) => [authenticate(), message(commandMessage(run, { version: VERSION_3 }))],
    remctld: [...RAN, 'open'],
  },
  ...WRONG_VERSIONS.flatMap((wrong) => [
    one(
      `noop-version-${wrong}`,
      `a NOOP of version ${wrong}`,
      bytes(wrong, MessageType.NOOP),
      VERSION,
    ),
    one(
      `quit-version-${wrong}`,
      `a QUIT of version ${wrong}`,
      bytes(wrong, MessageType.QUIT),
      VERSION,
    ),
  ]),
  one('noop', 'a NOOP', NOOP, 'noop'),
  one('noop-version-2', 'a NOOP of version 2', bytes(VERSION_2, MessageType.NOOP), 'noop'),
  one('noop-longer', 'a NOOP with more bytes', bytes(NOOP, 'more'), 'noop'),
  one(
    'noop-oversized',
    'a NOOP with more than 64 KiB',
    bytes(NOOP, Buffer.alloc(MESSAGE_MAX_LENGTH)),
    'noop',
  ),
  {
    id: 'message/quit',
    title: 'a QUIT, and a command after it',
    steps: (run) => [authenticate(), message(QUIT), message(commandMessage(run))],
    remctld: ['closed'],
  },
  {
    id: 'message/quit-version-3',
    title: 'a QUIT of version 3',
    steps: () => [authenticate(), message(bytes(VERSION_3, MessageType.QUIT))],
    remctld: ['closed'],
  },
  {
    id: 'message/quit-longer',
    title: 'a QUIT with more bytes',
    steps: () => [authenticate(), message(bytes(QUIT, 'more'))],
    remctld: ['closed'],
  },
  ...WRONG_TYPES.map((type) =>
    one(`type-${type}`, `a message of type ${type}`, bytes(VERSION_2, type), UNKNOWN_MESSAGE),
  ),
  one('output', 'an OUTPUT, which only servers may send', output('text'), UNKNOWN_MESSAGE),
  one('status', 'a STATUS, which only servers may send', status(0), UNKNOWN_MESSAGE),
  one(
    'error',
    'an ERROR, which only servers may send',
    bytes(VERSION_2, MessageType.ERROR, 0, 0, 0, 1, 0, 0, 0, 0),
    UNKNOWN_MESSAGE,
  ),
  one('version', 'a VERSION, which only servers may send', version(3), UNKNOWN_MESSAGE),
  one(
    'type-oversized',
    'a message of an unknown type with more than 64 KiB',
    bytes(VERSION_2, 8, Buffer.alloc(MESSAGE_MAX_LENGTH)),
    UNKNOWN_MESSAGE,
  ),
  {
    id: 'message/empty',
    title: 'a message without a byte',
    steps: () => [authenticate(), message(Buffer.alloc(0))],
    remctld: ['closed'],
    difference: { ours: [VERSION, 'open'], because: 'remctld ends: it reads a byte where none is' },
  },
  {
    id: 'message/one-byte',
    title: 'a message of one byte',
    steps: () => [authenticate(), message(bytes(VERSION_2))],
    remctld: UNPREDICTABLE,
    difference: {
      ours: [UNKNOWN_MESSAGE, 'open'],
      because: 'ours reads no byte that was not sent',
    },
  },
  ...[2, 3, 4].map(
    (length): RawCase => ({
      id: `message/command-of-${length}-bytes`,
      title: `a COMMAND of ${length} bytes`,
      steps: (run) => [authenticate(), message(commandMessage(run).subarray(0, length))],
      remctld: UNPREDICTABLE,
      difference: { ours: [BAD_COMMAND, 'open'], because: 'ours reads no byte that was not sent' },
    }),
  ),
];
