/** Protocol 1: one command in one token, with or without a MIC (protocol, section 3). */
import { bytes, uint32 } from '@remctl/conformance/internal/servers';
import {
  COMMAND_TOKEN_FLAGS_V1,
  MESSAGE_MAX_LENGTH,
  TOKEN_MAX_LENGTH,
  TokenFlag,
} from '@remctl/core/wire';
import { ALL_FLAGS, ContextFlag } from '@remctl/krb5';
import type { RawCase, Step } from '../case.js';
import { RAN_V1 } from '../expected.js';
import { argument, commandData, commandMessage } from '../messages.js';
import { answered, authenticate, commandV1, end, protectedBy, request, token } from '../steps.js';

const BITS = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] as const;
const hex = (flags: number) => `0x${flags.toString(16).padStart(2, '0')}`;

const BAD_COMMAND = 'answer -1 Invalid command token';
const BAD_TOKEN = 'answer -1 Invalid token';
const UNKNOWN_COMMAND = 'answer -1 Unknown command';
const TOO_MUCH_DATA = 'answer -1 Too much data';

/** A command's data, and what the server answers after the MIC. */
const data = (id: string, title: string, content: Uint8Array, answer: string): RawCase => ({
  id: `protocol-1/${id}`,
  title,
  steps: () => [authenticate(1), commandV1(content)],
  remctld: ['MIC', answer, 'closed'],
});

/** A token that cannot be unwrapped. */
const wrong = (id: string, title: string, step: (run: Buffer) => Step): RawCase => ({
  id: `protocol-1/${id}`,
  title,
  steps: (run) => [authenticate(1), step(run)],
  remctld: [BAD_TOKEN, 'closed'],
});

/** An unknown command whose data has this many bytes. */
function unknownOf(length: number): Buffer {
  const name = commandData(['nonesuch'], 2);
  return Buffer.concat([name, argument(Buffer.alloc(length - name.length - 4, 'a'))]);
}

export const protocol1Cases: readonly RawCase[] = [
  {
    id: 'protocol-1/mic',
    title: 'a command that asks for a MIC',
    steps: (run) => [request({}, { protocol: 1 }), commandV1(run)],
    remctld: ['AP-REP', 'MIC', RAN_V1, 'closed'],
  },
  ...BITS.map((bit): RawCase => {
    const flags = COMMAND_TOKEN_FLAGS_V1 ^ bit;
    const mic = (flags & TokenFlag.SEND_MIC) !== 0 && (flags & TokenFlag.PROTOCOL) === 0;
    return {
      id: `protocol-1/flags-${hex(flags)}`,
      title: `a command in a token with the flags ${hex(flags)}`,
      steps: (run) => [authenticate(1), commandV1(run, flags)],
      remctld: mic ? ['MIC', RAN_V1, 'closed'] : [RAN_V1, 'closed'],
    };
  }),
  {
    id: 'protocol-1/second-command',
    title: 'two commands: the second does not run',
    steps: (run) => [authenticate(1), commandV1(run), answered(2), commandV1(run)],
    remctld: ['MIC', RAN_V1, 'closed'],
  },
  {
    id: 'protocol-1/end',
    title: 'the client ends its direction after the command',
    steps: (run) => [authenticate(1), commandV1(run), end],
    remctld: ['MIC', RAN_V1, 'closed'],
  },
  {
    id: 'protocol-1/end-before-command',
    title: 'the client ends after the context',
    steps: () => [authenticate(1), end],
    remctld: ['closed'],
  },
  {
    id: 'protocol-1/cut',
    title: 'the client ends inside the command',
    steps: (run) => [
      authenticate(1),
      async ({ client }) => {
        const context = await client.context();
        const wrapped = context?.wrap(run) ?? Buffer.alloc(0);
        await client.send(
          bytes(COMMAND_TOKEN_FLAGS_V1, uint32(wrapped.length)),
          wrapped.subarray(1),
        );
      },
      end,
    ],
    remctld: ['closed'],
  },
  {
    id: 'protocol-1/waits',
    title: 'no command after the context',
    steps: () => [authenticate(1)],
    remctld: ['waits'],
  },
  {
    id: 'protocol-1/unprotected-flags',
    title: 'a context without mutual authentication, confidentiality and integrity flags',
    steps: (run) => [
      request({ flags: ALL_FLAGS & ~(ContextFlag.CONF | ContextFlag.INTEG) }, { protocol: 1 }),
      commandV1(run),
    ],
    remctld: ['AP-REP', 'MIC', RAN_V1, 'closed'],
    difference: {
      ours: ['AP-REP', 'closed'],
      because: 'ours wants the flags of protocol 2 in protocol 1, too; libremctl sets them in both',
    },
  },
  data('no-arguments', 'a command without arguments', commandData([]), UNKNOWN_COMMAND),
  data(
    '4097-arguments',
    '4,097 arguments claimed',
    commandData(['test'], 4097),
    'answer -1 Too many arguments',
  ),
  data('more-claimed', 'two arguments claimed, one given', commandData(['test'], 2), BAD_COMMAND),
  data(
    'fewer-claimed',
    'one argument claimed, two given',
    commandData(['test', 'status'], 1),
    BAD_COMMAND,
  ),
  data(
    'length-beyond',
    'an argument that is a byte longer than the data',
    bytes(uint32(1), argument('test', 5)),
    BAD_COMMAND,
  ),
  data('trailing', 'a byte after the last argument', bytes(commandData(['test']), 0), BAD_COMMAND),
  data('unknown', 'an unknown command', commandData(['nonesuch']), UNKNOWN_COMMAND),
  data(
    'denied',
    'a command that this client may not run',
    commandData(['test', 'denied']),
    'answer -1 Access denied',
  ),
  data(
    'status',
    'a command that ends with the status 7',
    commandData(['test', 'status', '7']),
    'answer 7',
  ),
  data('largest', 'a command of 64 KiB', unknownOf(MESSAGE_MAX_LENGTH), UNKNOWN_COMMAND),
  data(
    'larger',
    'a command of a byte more than 64 KiB',
    unknownOf(MESSAGE_MAX_LENGTH + 1),
    TOO_MUCH_DATA,
  ),
  data(
    'message-of-protocol-2',
    'a MESSAGE_COMMAND of protocol 2',
    commandMessage(commandData(['test', 'status', '0'])),
    'answer -1 Too many arguments',
  ),
  {
    id: 'protocol-1/token-too-large',
    title: 'a token of more than 1 MiB',
    steps: () => [
      authenticate(1),
      token(COMMAND_TOKEN_FLAGS_V1, Buffer.alloc(0), TOKEN_MAX_LENGTH + 1),
    ],
    remctld: [TOO_MUCH_DATA, 'closed'],
  },
  wrong('changed', 'a message with a changed bit', (run) =>
    protectedBy((context) => {
      const wrapped = context.wrap(run);
      wrapped.writeUInt8(wrapped.readUInt8(20) ^ 1, 20);
      return wrapped;
    }, COMMAND_TOKEN_FLAGS_V1),
  ),
  wrong('plain', 'a message that is not wrapped', (run) => token(COMMAND_TOKEN_FLAGS_V1, run)),
  wrong('empty', 'a token without a payload', () => token(COMMAND_TOKEN_FLAGS_V1, Buffer.alloc(0))),
  {
    id: 'protocol-1/in-clear',
    title: 'a message that is signed and not encrypted',
    steps: (run) => [
      authenticate(1),
      protectedBy((context) => context.wrapInClear(run), TokenFlag.DATA),
    ],
    remctld: [RAN_V1, 'closed'],
    difference: {
      ours: [BAD_TOKEN, 'closed'],
      because: 'every message is encrypted; ours holds its clients to it in protocol 1, too',
    },
  },
];
