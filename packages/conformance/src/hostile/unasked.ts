/** Well-formed messages that come while no answer is due. */
import { RemctlUnsupportedError } from '@remctl/core';
import { MESSAGE_TOKEN_FLAGS, TOKEN_HEADER_LENGTH } from '@remctl/core/wire';
import { frame } from '../servers/framing.js';
import { bytes, NOOP, version } from '../servers/messages.js';
import type { Peer } from '../servers/peer.js';
import type { Script } from '../servers/scripted-server.js';
import { runCommandAfter, runCommandLater, runTwoCommands, sendNoop } from './client-acts.js';
import { invalid, UNASKED } from './endings.js';
import type { HostileCase } from './hostile-case.js';
import {
  failsReading,
  failsUnwrapping,
  NO_NOOP,
  prints,
  TAKES_IT,
  UNREADABLE,
} from './libremctl.js';
import {
  answerHonestly,
  answerWithMessages,
  ONE_COMMAND,
  OUTPUT,
  STATUS,
  sendUnasked,
} from './scripts.js';

/** By then a client that kept the tokens would hold several times the memory bound. */
const FLOOD_MS = 500;

const BEFORE_COMMAND =
  'libremctl ignores when a message came, and takes one from before the command for the answer';

/** Answers the first command with these bytes in one piece, and the second command honestly. */
const answerTwice =
  (pieces: (peer: Peer) => readonly Uint8Array[]): Script =>
  async (peer) => {
    await peer.authenticate();
    await peer.expectCommand();
    peer.send(...pieces(peer));
    await answerHonestly(peer);
  };

/** Answers a NOOP with these messages in one piece, and then a command honestly. */
const answerNoop =
  (...messages: readonly Uint8Array[]): Script =>
  async (peer) => {
    await peer.authenticate();
    await peer.expectNoop();
    peer.send(...messages.map((message) => peer.seal(message)));
    await answerHonestly(peer);
  };

export const unaskedCases: readonly HostileCase[] = [
  {
    id: 'unasked/noop',
    title: 'a NOOP before the command: the command is not sent',
    serve: sendUnasked(NOOP),
    ending: invalid('not-sent', UNASKED),
    libremctl: failsReading('unknown message type 7 from server'),
  },
  {
    id: 'unasked/version',
    title: 'a VERSION before the command: the command is not sent',
    serve: sendUnasked(version(3)),
    ending: invalid('not-sent', UNASKED),
    libremctl: failsReading('unknown message type 6 from server'),
  },
  {
    id: 'unasked/status',
    title: 'a STATUS before the command is not taken for its answer: the command is not sent',
    serve: sendUnasked(STATUS),
    ending: invalid('not-sent', UNASKED),
    libremctl: prints(''),
    difference: BEFORE_COMMAND,
  },
  {
    id: 'unasked/part-of-a-token',
    title: 'the beginning of a token before the command: the command is not sent',
    serve: async (peer) => {
      await peer.authenticate();
      const token = peer.seal(OUTPUT);
      peer.send(token.subarray(0, TOKEN_HEADER_LENGTH + 1));
      await peer.expectCommand();
      peer.send(token.subarray(TOKEN_HEADER_LENGTH + 1), peer.seal(STATUS));
    },
    act: runCommandLater,
    ending: invalid('not-sent', UNASKED),
    libremctl: TAKES_IT,
    difference: BEFORE_COMMAND,
  },
  {
    id: 'unasked/flood',
    title:
      'endless empty tokens before the command: they take no memory, and the command is not sent',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.flood(
        Buffer.alloc(10_000 * TOKEN_HEADER_LENGTH, frame(MESSAGE_TOKEN_FLAGS, new Uint8Array())),
      );
    },
    act: runCommandAfter(FLOOD_MS),
    ending: invalid('not-sent', UNASKED),
    libremctl: failsUnwrapping(UNREADABLE),
  },
  {
    id: 'unasked/output-after-status',
    title: 'OUTPUT after STATUS is not taken for the next answer: the next command is not sent',
    serve: answerTwice((peer) => [peer.seal(STATUS), peer.seal(OUTPUT)]),
    act: runTwoCommands,
    ending: invalid('not-sent', UNASKED),
    libremctl: prints(''),
    difference: ONE_COMMAND,
  },
  {
    id: 'unasked/second-status',
    title: 'a second STATUS is not taken for the next answer: the next command is not sent',
    serve: answerTwice((peer) => [peer.seal(OUTPUT), peer.seal(STATUS), peer.seal(STATUS)]),
    act: runTwoCommands,
    ending: invalid('not-sent', UNASKED),
    libremctl: TAKES_IT,
    difference: ONE_COMMAND,
  },
  {
    id: 'unasked/noop-for-command',
    title: 'a NOOP as the answer to a command is refused',
    serve: answerWithMessages(NOOP, STATUS),
    ending: invalid(),
    libremctl: failsReading('unknown message type 7 from server'),
  },
  {
    id: 'unasked/version-for-command',
    title: 'a VERSION as the answer to a command is refused: every server supports its version',
    serve: answerWithMessages(version(3), STATUS),
    ending: invalid(),
    libremctl: failsReading('unknown message type 6 from server'),
  },
  {
    id: 'unasked/noop-after-output',
    title: 'a NOOP between output and status is refused',
    serve: answerWithMessages(OUTPUT, NOOP, STATUS),
    ending: invalid(),
    libremctl: failsReading('unknown message type 7 from server', 'out\n'),
  },
  {
    id: 'noop/version',
    title: 'servers of protocol 2 answer a NOOP with MESSAGE_VERSION: the connection goes on',
    serve: answerNoop(version(2)),
    act: sendNoop,
    ending: {
      type: 'refused',
      error: RemctlUnsupportedError,
      says: /^NOOP message not supported: /,
      commandState: 'not-sent',
      staysOpen: true,
    },
    libremctl: NO_NOOP,
  },
  {
    id: 'noop/status',
    title: 'a STATUS as the answer to a NOOP is refused',
    serve: answerNoop(STATUS),
    act: sendNoop,
    ending: invalid('not-sent'),
    libremctl: NO_NOOP,
  },
  {
    id: 'noop/longer',
    title: 'a NOOP with one byte more is refused',
    serve: answerNoop(bytes(NOOP, 0)),
    act: sendNoop,
    ending: invalid('not-sent'),
    libremctl: NO_NOOP,
  },
  {
    id: 'noop/twice',
    title: 'two answers to one NOOP: the second is not taken for a later answer',
    serve: answerNoop(NOOP, NOOP),
    act: sendNoop,
    ending: invalid('not-sent', UNASKED),
    libremctl: NO_NOOP,
  },
];
