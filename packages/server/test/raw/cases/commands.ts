/** A command's number of arguments, lengths and names (protocol, section 2.4). */
import { bytes, LARGEST_LENGTH, uint32 } from '@remctl/conformance/internal/servers';
import { COMMAND_MAX_ARGUMENTS } from '@remctl/core/wire';
import { type RawCase, UNPREDICTABLE } from '../case.js';
import { ACCESS, BAD_COMMAND, RAN, TOO_MANY_ARGS, UNKNOWN_COMMAND } from '../expected.js';
import { argument, commandData, commandMessage } from '../messages.js';
import { authenticate, message } from '../steps.js';

const many = (count: number) => ['nonesuch', ...Array.from({ length: count - 1 }, () => 'a')];

/** A command's data, in a whole command, and a command that runs after it. */
const data = (id: string, title: string, content: Uint8Array, answer: string): RawCase => ({
  id: `command/${id}`,
  title,
  steps: (run) => [authenticate(), message(commandMessage(content)), message(commandMessage(run))],
  remctld: [answer, ...RAN, 'open'],
});

export const commandCases: readonly RawCase[] = [
  data('no-arguments', 'a command without arguments', commandData([]), UNKNOWN_COMMAND),
  data(
    'zero-and-more',
    'no arguments, and bytes after it',
    commandData(['test'], 0),
    UNKNOWN_COMMAND,
  ),
  data(
    '4096-arguments',
    '4,096 arguments',
    commandData(many(COMMAND_MAX_ARGUMENTS)),
    UNKNOWN_COMMAND,
  ),
  data(
    '4097-arguments',
    '4,097 arguments',
    commandData(many(COMMAND_MAX_ARGUMENTS + 1)),
    TOO_MANY_ARGS,
  ),
  data('4097-claimed', '4,097 arguments claimed', commandData(['test'], 4097), TOO_MANY_ARGS),
  data('largest-count', '2^32 - 1 arguments claimed', uint32(LARGEST_LENGTH), TOO_MANY_ARGS),
  data('count-alone', 'one argument claimed, and no more data', uint32(1), BAD_COMMAND),
  data(
    'more-claimed',
    'four arguments claimed, three given',
    commandData(['test', 'status', '0'], 4),
    BAD_COMMAND,
  ),
  data(
    'fewer-claimed',
    'two arguments claimed, three given',
    commandData(['test', 'status', '0'], 2),
    BAD_COMMAND,
  ),
  data(
    'length-beyond',
    'an argument that is a byte longer than the data',
    bytes(uint32(1), argument('test', 5)),
    BAD_COMMAND,
  ),
  data(
    'length-largest',
    'an argument of 2^32 - 1 bytes',
    bytes(uint32(1), argument('test', LARGEST_LENGTH)),
    BAD_COMMAND,
  ),
  data(
    'length-shorter',
    'an argument that is a byte shorter than the data',
    bytes(uint32(1), argument('test', 3)),
    BAD_COMMAND,
  ),
  data(
    'half-a-length',
    'two bytes where a length must be',
    bytes(uint32(2), argument('test'), 0, 0),
    BAD_COMMAND,
  ),
  {
    id: 'command/half-a-count',
    title: 'two bytes where the number of arguments must be',
    steps: (run) => [
      authenticate(),
      message(commandMessage(Buffer.alloc(2))),
      message(commandMessage(run)),
    ],
    remctld: UNPREDICTABLE,
    difference: {
      ours: [BAD_COMMAND, ...RAN, 'open'],
      because: 'ours reads no byte that was not sent',
    },
  },
  ...[1, 3, 4, 8].map((length) =>
    data(
      `trailing-${length}`,
      `${length} bytes after the last argument`,
      bytes(commandData(['test']), Buffer.alloc(length)),
      BAD_COMMAND,
    ),
  ),
  data('empty-name', 'a command whose name is empty', commandData(['']), UNKNOWN_COMMAND),
  data('empty-arguments', 'three empty arguments', commandData(['', '', '']), UNKNOWN_COMMAND),
  data('unknown', 'an unknown command', commandData(['nonesuch', 'at all']), UNKNOWN_COMMAND),
  data('denied', 'a command that this client may not run', commandData(['test', 'denied']), ACCESS),
  data(
    'nul-in-name',
    'a NUL in the name of a command',
    commandData(['te\0st', 'status', '0']),
    BAD_COMMAND,
  ),
  data(
    'nul-in-subcommand',
    'a NUL in the name of a subcommand',
    commandData(['test', 'sta\0tus', '0']),
    BAD_COMMAND,
  ),
  data(
    'nul-in-argument',
    'a NUL in another argument',
    commandData(['test', 'status', '0\0']),
    BAD_COMMAND,
  ),
  data(
    'nul-in-unknown',
    'a NUL in an argument of an unknown command',
    commandData(['nonesuch', 'a', '0\0']),
    BAD_COMMAND,
  ),
];
