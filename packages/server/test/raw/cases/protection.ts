/** Messages that were changed, repeated, reordered or sent in clear, and tokens with other flags. */
import {
  COMMAND_TOKEN_FLAGS_V1,
  CONTEXT_TOKEN_FLAGS,
  MESSAGE_TOKEN_FLAGS,
} from '@remctl/core/wire';
import { ALL_FLAGS, ContextFlag } from '@remctl/krb5';
import type { RawCase, Step } from '../case.js';
import { BAD_TOKEN, RAN } from '../expected.js';
import { commandMessage, NOOP } from '../messages.js';
import { answered, authenticate, message, protectedBy, token } from '../steps.js';

/** Context flags of a client that does not ask for the detection of repeated and reordered messages. */
const UNORDERED = ALL_FLAGS & ~(ContextFlag.REPLAY | ContextFlag.SEQUENCE);

/** Returns a copy with a bit changed in the byte at `at`; a negative `at` counts from the end. */
function changed(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy.writeUInt8(copy.readUInt8(index) ^ 1, index);
  return copy;
}

/** A case of one wrong token; a command after it does not run. */
const wrong = (id: string, title: string, step: (run: Buffer) => Step): RawCase => ({
  id: `protection/${id}`,
  title,
  steps: (run) => [authenticate(), step(run), answered(1), message(commandMessage(run))],
  remctld: [BAD_TOKEN, 'closed'],
});

const BITS = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] as const;
const hex = (flags: number) => `0x${flags.toString(16).padStart(2, '0')}`;

export const protectionCases: readonly RawCase[] = [
  wrong('changed-message', 'a message with a changed bit', (run) =>
    protectedBy((context) => changed(context.wrap(commandMessage(run)), -1)),
  ),
  wrong('changed-header', 'a message with a changed sequence number', (run) =>
    protectedBy((context) => changed(context.wrap(commandMessage(run)), 15)),
  ),
  wrong('changed-flags', 'a message that says the server sent it', (run) =>
    protectedBy((context) => changed(context.wrap(commandMessage(run)), 2)),
  ),
  wrong('shortened', 'a wrapped message without its last byte', (run) =>
    protectedBy((context) => context.wrap(commandMessage(run)).subarray(0, -1)),
  ),
  wrong('lengthened', 'a wrapped message and a byte', (run) =>
    protectedBy((context) => Buffer.concat([context.wrap(commandMessage(run)), Buffer.of(0)])),
  ),
  wrong('mic', 'a MIC token in place of a wrapped message', (run) =>
    protectedBy((context) => context.getMic(commandMessage(run))),
  ),
  wrong('plain', 'a message that is not wrapped', (run) =>
    token(MESSAGE_TOKEN_FLAGS, commandMessage(run)),
  ),
  wrong('empty', 'a token without a payload', () => token(MESSAGE_TOKEN_FLAGS, Buffer.alloc(0))),
  wrong('lost', 'a message after one that was lost', (run) =>
    protectedBy((context) => {
      context.wrap(NOOP);
      return context.wrap(commandMessage(run));
    }),
  ),
  wrong('reordered', 'two messages in the wrong order', (run) =>
    protectedBy((context) => {
      const first = context.wrap(commandMessage(run));
      return [context.wrap(commandMessage(run)), first];
    }),
  ),
  {
    id: 'protection/repeated',
    title: 'a message sent twice',
    steps: (run) => [
      authenticate(),
      protectedBy((context) => {
        const wrapped = context.wrap(commandMessage(run));
        return [wrapped, wrapped];
      }),
    ],
    remctld: [...RAN, BAD_TOKEN, 'closed'],
  },
  {
    id: 'protection/repeated-unordered',
    title:
      'a message sent twice by a client that did not ask for the detection of repeated messages',
    steps: (run) => [
      authenticate(2, { flags: UNORDERED }),
      protectedBy((context) => {
        const wrapped = context.wrap(commandMessage(run));
        return [wrapped, wrapped];
      }),
    ],
    remctld: [...RAN, ...RAN, 'open'],
  },
  {
    id: 'protection/other-connection',
    title: 'a message that another connection of the same client wrapped',
    steps: (run) => [
      authenticate(),
      async (context) => {
        const other = await context.connect();
        await other.request(context.forge());
        const accepted = await other.context();
        if (accepted === undefined) {
          throw new Error('the second connection was refused');
        }
        await token(MESSAGE_TOKEN_FLAGS, accepted.wrap(commandMessage(run)))(context);
      },
    ],
    remctld: [BAD_TOKEN, 'closed'],
  },
  {
    id: 'protection/in-clear',
    title: 'a message that is signed and not encrypted',
    steps: (run) => [
      authenticate(),
      protectedBy((context) => context.wrapInClear(commandMessage(run))),
    ],
    remctld: [...RAN, 'open'],
    difference: {
      ours: [BAD_TOKEN, 'closed'],
      because: 'protocol, section 2.1: every message is encrypted; ours holds its clients to it',
    },
  },
  {
    id: 'protection/context-again',
    title: 'a second request in place of a message',
    steps: (run) => [
      authenticate(),
      (context) => token(CONTEXT_TOKEN_FLAGS, context.forge().token)(context),
      message(commandMessage(run)),
    ],
    remctld: [BAD_TOKEN, 'closed'],
  },
  ...BITS.map((bit): RawCase => {
    const flags = MESSAGE_TOKEN_FLAGS ^ bit;
    return {
      id: `flags/message-${hex(flags)}`,
      title: `a command in a token with the flags ${hex(flags)}`,
      steps: (run) => [authenticate(), message(commandMessage(run), flags)],
      remctld: [...RAN, 'open'],
    };
  }),
  {
    id: 'flags/message-0x24',
    title: 'a command in a token with the flags of protocol 1, 0x24',
    steps: (run) => [authenticate(), message(commandMessage(run), COMMAND_TOKEN_FLAGS_V1)],
    remctld: ['MIC', ...RAN, 'open'],
  },
];
