/** Servers that go away at every boundary, and servers that are silent or slow. */
import { CONTEXT_TOKEN_FLAGS } from '@remctl/core/wire';
import { frame } from '../servers/framing.js';
import { abortAfter, runCommandLater, runTwoCommands, sendNoop } from './client-acts.js';
import { ANSWERED, broken, silent } from './endings.js';
import type { HostileCase } from './hostile-case.js';
import {
  EOF,
  FAILS_AT_CONNECT_OR_THE_END,
  FAILS_AT_THE_END,
  fails,
  failsReading,
  NO_NOOP,
  TAKES_IT,
  TIMED_OUT,
} from './libremctl.js';
import { answerHonestly, ONE_COMMAND, OUTPUT, STATUS } from './scripts.js';

/** "One byte a second". */
const SECOND_MS = 1_000;
const ITS_TIME_OUT =
  'libremctl\'s time-out is for a whole token; ours is, as the API text has it, "a timeout on network activity from the server, not on a complete operation"';
/** A pause between octets at which an honest answer still comes in a moment. */
const SLOW_MS = 4;

export const interruptionCases: readonly HostileCase[] = [
  {
    id: 'reset/at-connect',
    title: 'a reset as soon as the connection is made, each time that it is tried again',
    serve: async (peer) => peer.reset(),
    ending: broken('negotiate', 'reset'),
    libremctl: FAILS_AT_CONNECT_OR_THE_END,
  },
  {
    id: 'reset/first-open',
    title: 'a reset of the first open alone: it is tried again, and the command runs once',
    serve: async (peer) => {
      if (peer.connection === 1) {
        await peer.receive();
        peer.reset();
        return;
      }
      await peer.authenticate();
      await answerHonestly(peer);
    },
    ending: ANSWERED,
    libremctl: FAILS_AT_THE_END,
    difference:
      'nothing has been sent of a command while a connection is opened: core opens again, libremctl gives up',
  },
  {
    id: 'reset/after-start',
    title: "a reset after the client's first token",
    serve: async (peer) => {
      await peer.receive();
      peer.reset();
    },
    ending: broken('negotiate', 'reset'),
    libremctl: FAILS_AT_THE_END,
  },
  {
    id: 'reset/after-request',
    title: "a reset in place of the server's proof",
    serve: async (peer) => {
      await peer.receive();
      await peer.receive();
      peer.reset();
    },
    ending: broken('negotiate', 'reset'),
    libremctl: FAILS_AT_THE_END,
  },
  {
    id: 'reset/after-authentication',
    title: 'a reset between authentication and command: the command is not sent',
    serve: async (peer) => {
      await peer.authenticate();
      peer.reset();
    },
    act: runCommandLater,
    ending: broken('between', 'reset'),
    libremctl: FAILS_AT_THE_END,
  },
  {
    id: 'reset/after-command',
    title: 'a reset after the command: it may have run',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
      peer.reset();
    },
    ending: broken('command', 'reset'),
    libremctl: failsReading(EOF),
  },
  {
    id: 'reset/after-output',
    title: 'a reset after output: its result is not known',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
      peer.send(peer.seal(OUTPUT));
      peer.reset();
    },
    ending: broken('command', 'reset'),
    libremctl: failsReading(EOF, 'out\n'),
  },
  {
    id: 'reset/in-a-token',
    title: 'a reset in the middle of a token',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
      peer.send(peer.seal(OUTPUT).subarray(0, 20));
      peer.reset();
    },
    ending: broken('command', 'reset'),
    libremctl: failsReading(EOF),
  },
  {
    id: 'reset/between-commands',
    title: 'a reset after the answer: the next command is not sent',
    serve: async (peer) => {
      await peer.authenticate();
      await answerHonestly(peer);
      peer.reset();
    },
    act: runTwoCommands,
    ending: broken('command', 'reset', 'not-sent'),
    libremctl: TAKES_IT,
    difference: ONE_COMMAND,
  },
  {
    id: 'reset/after-noop',
    title: 'a reset in place of the answer to a NOOP',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectNoop();
      peer.reset();
    },
    act: sendNoop,
    ending: broken('command', 'reset', 'not-sent'),
    libremctl: NO_NOOP,
  },
  {
    id: 'half-open/before-authentication',
    title: 'the server ends its direction before it proves itself, and goes on reading',
    serve: async (peer) => {
      await peer.receive();
      peer.end();
    },
    ending: broken('negotiate', 'end'),
    libremctl: fails(EOF),
  },
  {
    id: 'half-open/after-authentication',
    title: 'the server ends its direction after authentication: the command is not sent',
    serve: async (peer) => {
      await peer.authenticate();
      peer.end();
    },
    act: runCommandLater,
    ending: broken('between', 'end'),
    libremctl: failsReading(EOF),
  },
  {
    id: 'half-open/after-command',
    title: 'the server ends its direction after the command, and goes on reading',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
      peer.end();
    },
    ending: broken('command', 'end'),
    libremctl: failsReading(EOF),
  },
  {
    id: 'half-open/after-output',
    title: 'the server ends its direction after output: there is no status',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
      peer.send(peer.seal(OUTPUT));
      peer.end();
    },
    ending: broken('command', 'end'),
    libremctl: failsReading(EOF, 'out\n'),
  },
  {
    id: 'half-open/between-commands',
    title: 'the server ends its direction after the answer: the next command is not sent',
    serve: async (peer) => {
      await peer.authenticate();
      await answerHonestly(peer);
      peer.end();
    },
    act: runTwoCommands,
    ending: broken('command', 'end', 'not-sent'),
    libremctl: TAKES_IT,
    difference: ONE_COMMAND,
  },
  {
    id: 'silent/before-authentication',
    title: 'a server that takes the connection, and never says a word',
    serve: async () => undefined,
    ending: silent('negotiate'),
    libremctl: fails(TIMED_OUT),
  },
  {
    id: 'silent/in-authentication',
    title: 'a server that stops in the middle of its proof',
    serve: async (peer) => {
      peer.send(frame(CONTEXT_TOKEN_FLAGS, await peer.accept()).subarray(0, 60));
    },
    ending: silent('negotiate'),
    libremctl: fails(TIMED_OUT),
  },
  {
    id: 'silent/after-command',
    title: 'a server that never answers a command',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
    },
    ending: silent('command'),
    libremctl: failsReading(TIMED_OUT),
  },
  {
    id: 'silent/after-output',
    title: 'a server that stops after output, as one that vanished does',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
      peer.send(peer.seal(OUTPUT));
    },
    ending: silent('command'),
    libremctl: failsReading(TIMED_OUT, 'out\n'),
  },
  {
    id: 'silent/after-noop',
    title: 'a server that never answers a NOOP',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectNoop();
    },
    act: sendNoop,
    ending: silent('command', 'not-sent'),
    libremctl: NO_NOOP,
  },
  {
    id: 'slow/honest',
    title:
      'an honest answer, one octet at a time: it takes longer than the time-out, and comes through',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
      await peer.trickle(Buffer.concat([peer.seal(OUTPUT), peer.seal(STATUS)]), 2 * SLOW_MS);
    },
    client: { timeout: 0.5 },
    ending: ANSWERED,
    libremctl: TAKES_IT,
  },
  {
    id: 'slow/authentication',
    title: 'one octet a second of its proof: an abort ends the open',
    serve: async (peer) => {
      await peer.trickle(frame(CONTEXT_TOKEN_FLAGS, await peer.accept()), SECOND_MS);
    },
    act: abortAfter(1.5 * SECOND_MS),
    client: { timeout: 2 },
    ending: { type: 'aborted', commandState: 'not-sent' },
    libremctl: fails(TIMED_OUT),
    difference: 'the abort comes before the time-out, which is for the whole negotiation',
  },
  {
    id: 'slow/answer',
    title: 'one octet a second of its answer: an abort ends the command',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
      await peer.trickle(peer.seal(OUTPUT), SECOND_MS);
    },
    act: abortAfter(1.5 * SECOND_MS),
    client: { timeout: 2 },
    ending: { type: 'aborted', commandState: 'unknown' },
    libremctl: failsReading(TIMED_OUT),
    difference: ITS_TIME_OUT,
  },
];
