/** Messages, tokens and commands at their limits and beyond them (protocol, section 1). */
import { LARGEST_LENGTH } from '@remctl/conformance/internal/servers';
import {
  COMMAND_MAX_DATA,
  Continue,
  MESSAGE_MAX_LENGTH,
  MESSAGE_TOKEN_FLAGS,
  TOKEN_HEADER_LENGTH,
  TOKEN_MAX_LENGTH,
} from '@remctl/core/wire';
import type { RawCase, Step } from '../case.js';
import { BAD_TOKEN, RAN, TOO_MUCH_DATA, UNKNOWN_COMMAND } from '../expected.js';
import { argument, commandData, commandMessage } from '../messages.js';
import { authenticate, message, token } from '../steps.js';

/** Bytes that wrapping adds to a message: a header twice, a confounder and a checksum. */
const WRAPPED_BY = 60;
/** The bytes of a MESSAGE_COMMAND before its data. */
const COMMAND_HEADER = 4;

/** An unknown command whose data has this many bytes. */
function unknownOf(length: number): Buffer {
  const name = commandData(['nonesuch'], 2);
  return Buffer.concat([name, argument(Buffer.alloc(length - name.length - 4, 'a'))]);
}

/** A command of that many bytes of data, in messages as large as they may be. */
function inParts(length: number): Step[] {
  const data = unknownOf(length);
  const steps: Step[] = [];
  const step = MESSAGE_MAX_LENGTH - COMMAND_HEADER;
  for (let at = 0; at < length; at += step) {
    const last = at + step >= length;
    const continued = at === 0 ? Continue.FIRST : last ? Continue.LAST : Continue.MIDDLE;
    steps.push(message(commandMessage(data.subarray(at, at + step), { continued })));
  }
  return steps;
}

/** A COMMAND whose token has this many bytes without its header. */
const commandOfToken = (payload: number): Step =>
  message(commandMessage(unknownOf(payload - WRAPPED_BY - COMMAND_HEADER)));

const after = (run: Buffer) => message(commandMessage(run));

export const sizeCases: readonly RawCase[] = [
  {
    id: 'size/message-largest',
    title: 'a COMMAND of 64 KiB',
    steps: (run) => [
      authenticate(),
      message(commandMessage(unknownOf(MESSAGE_MAX_LENGTH - COMMAND_HEADER))),
      after(run),
    ],
    remctld: [UNKNOWN_COMMAND, ...RAN, 'open'],
  },
  {
    id: 'size/message-larger',
    title: 'a COMMAND of a byte more than 64 KiB',
    steps: (run) => [
      authenticate(),
      message(commandMessage(unknownOf(MESSAGE_MAX_LENGTH - COMMAND_HEADER + 1))),
      after(run),
    ],
    remctld: [TOO_MUCH_DATA, ...RAN, 'open'],
  },
  {
    id: 'size/first-part-larger',
    title: 'the first part of a command with a byte more than 64 KiB, and the last part',
    steps: (run) => [
      authenticate(),
      message(commandMessage(Buffer.alloc(MESSAGE_MAX_LENGTH), { continued: Continue.FIRST })),
      message(commandMessage(run, { continued: Continue.LAST })),
    ],
    remctld: [TOO_MUCH_DATA, 'error 4 Invalid command token', 'open'],
  },
  {
    id: 'size/token-largest',
    title: 'a command in a token of 1 MiB with its header',
    steps: (run) => [
      authenticate(),
      commandOfToken(TOKEN_MAX_LENGTH - TOKEN_HEADER_LENGTH),
      after(run),
    ],
    remctld: [TOO_MUCH_DATA, ...RAN, 'open'],
  },
  {
    id: 'size/token-1-mib-payload',
    title: 'a command in a token of 1 MiB and its header',
    steps: (run) => [authenticate(), commandOfToken(TOKEN_MAX_LENGTH), after(run)],
    remctld: [TOO_MUCH_DATA, ...RAN, 'open'],
  },
  {
    id: 'size/token-larger',
    title: 'a token that claims a byte more than 1 MiB and its header',
    steps: () => [
      authenticate(),
      token(MESSAGE_TOKEN_FLAGS, Buffer.alloc(0), TOKEN_MAX_LENGTH + 1),
    ],
    remctld: [BAD_TOKEN, 'closed'],
  },
  {
    id: 'size/token-4-gib-claimed',
    title: 'a token that claims 4 GiB',
    steps: () => [authenticate(), token(MESSAGE_TOKEN_FLAGS, Buffer.alloc(0), LARGEST_LENGTH)],
    remctld: [BAD_TOKEN, 'closed'],
  },
  {
    id: 'size/command-largest',
    title: 'a command of a byte less than 100 MiB',
    steps: (run) => [authenticate(), ...inParts(COMMAND_MAX_DATA - 1), after(run)],
    remctld: [UNKNOWN_COMMAND, ...RAN, 'open'],
  },
  {
    id: 'size/command-larger',
    title: 'a command of 100 MiB',
    steps: (run) => [authenticate(), ...inParts(COMMAND_MAX_DATA), after(run)],
    remctld: [TOO_MUCH_DATA, ...RAN, 'open'],
  },
];
