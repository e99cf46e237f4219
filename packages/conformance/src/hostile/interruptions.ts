/** Servers that end at every boundary, are silent, or are slow. */
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

/** The pause between the bytes of a slow server. */
const SECOND_MS = 1_000;
const ITS_TIME_OUT =
  'libremctl\'s time-out is for a whole token; ours is what the Python README promises, "a timeout on network activity from the server, not on a complete operation"';
/** A pause between bytes with which an honest answer still comes quickly. */
const SLOW_MS = 4;

export const interruptionCases: readonly HostileCase[] = [
  {
    id: 'reset/at-connect',
    title: 'a reset of every connection at once: the open fails after its attempts',
    serve: async (peer) => peer.reset(),
    ending: broken('negotiate', 'reset'),
    libremctl: FAILS_AT_CONNECT_OR_THE_END,
  },
  {
    id: 'reset/first-open',
    title: 'a reset of the first attempt alone: the open is tried again, and the command runs once',
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
    difference: 'no part of a command is sent during an open: core opens again, libremctl gives up',
  },
  {
    id: 'reset/after-start',
    title: "a reset after the client's first token: the open fails",
    serve: async (peer) => {
      await peer.receive();
      peer.reset();
    },
    ending: broken('negotiate', 'reset'),
    libremctl: FAILS_AT_THE_END,
  },
  {
    id: 'reset/after-request',
    title: "a reset instead of the server's proof: the open fails",
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
    title: 'a reset after output: the result of the command is unknown',
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
    title: 'a reset in the middle of a token: the command may have run',
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
    title: 'a reset instead of the answer to a NOOP: the NOOP fails',
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
    title: 'the server ends its direction before its proof, and goes on reading: the open fails',
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
    title: 'the server ends its direction after the command, and goes on reading: it may have run',
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
    title: 'the server ends its direction after output: the status is missing',
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
    title: 'a server that never sends anything: the open ends by its time-out',
    serve: async () => undefined,
    ending: silent('negotiate'),
    libremctl: fails(TIMED_OUT),
  },
  {
    id: 'silent/in-authentication',
    title: 'a server that stops in the middle of its proof: the open ends by its time-out',
    serve: async (peer) => {
      peer.send(frame(CONTEXT_TOKEN_FLAGS, await peer.accept()).subarray(0, 60));
    },
    ending: silent('negotiate'),
    libremctl: fails(TIMED_OUT),
  },
  {
    id: 'silent/after-command',
    title: 'a server that never answers a command: the call ends by its time-out',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
    },
    ending: silent('command'),
    libremctl: failsReading(TIMED_OUT),
  },
  {
    id: 'silent/after-output',
    title: 'a server that vanishes after output: the call ends by its time-out',
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
    title: 'a server that never answers a NOOP: the call ends by its time-out',
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
    title: 'an honest answer comes byte by byte for longer than the time-out: the client takes it',
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
    title: 'the proof comes at one byte a second: an abort ends the open',
    serve: async (peer) => {
      await peer.trickle(frame(CONTEXT_TOKEN_FLAGS, await peer.accept()), SECOND_MS);
    },
    act: abortAfter(1.5 * SECOND_MS),
    client: { timeout: 2 },
    ending: { type: 'aborted', commandState: 'not-sent' },
    libremctl: fails(TIMED_OUT),
    difference: 'the abort comes before the time-out of the negotiation',
  },
  {
    id: 'slow/answer',
    title: 'the answer comes at one byte a second: an abort ends the command',
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
