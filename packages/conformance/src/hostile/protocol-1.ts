/** Servers that break protocol 1 (protocol, section 3). */
import { MESSAGE_TOKEN_FLAGS, TokenFlag } from '@remctl/core/wire';
import { frame, LARGEST_LENGTH } from '../servers/framing.js';
import { answerV1, bytes } from '../servers/messages.js';
import { ANSWERED, broken, invalid, silent } from './endings.js';
import type { HostileCase } from './hostile-case.js';
import {
  BAD_COMMAND_MIC,
  BAD_INTEGRITY,
  DEFECTIVE,
  EOF,
  fails,
  failsReading,
  failsUnwrapping,
  MALFORMED,
  prints,
  TAKES_IT,
  UNEXPECTED,
  UNREADABLE,
} from './libremctl.js';
import {
  ANSWER_V1,
  answerWithMessageV1,
  answerWithV1,
  confirm,
  SIGNED_ONLY_DIFFERENCE,
} from './scripts.js';

/** The part of an exit status that the system keeps. */
const LAST_BYTE = 0xff;

/** An answer with an impossible exit status. */
const withStatus = (status: number, what: string): HostileCase => ({
  id: `protocol-1/status-${status}`,
  title: `an exit status of ${status}, ${what}, is refused`,
  serve: answerWithMessageV1(answerV1(status, 'out\n')),
  ending: invalid(),
  libremctl: prints('out\n', status & LAST_BYTE),
  difference:
    'libremctl hands on the number, and the program exits with its last byte, which may be 0: success',
});

/** An answer that is not as long as it claims. */
const ofLength = (id: string, what: string, message: Uint8Array): HostileCase => ({
  id: `protocol-1/${id}`,
  title: `${what} is refused`,
  serve: answerWithMessageV1(message),
  ending: invalid(),
  libremctl: failsReading(MALFORMED),
});

export const protocol1Cases: readonly HostileCase[] = [
  {
    id: 'protocol-1/honest',
    title: 'an honest server of protocol 1: the client takes its answer',
    serve: answerWithMessageV1(ANSWER_V1),
    ending: ANSWERED,
    libremctl: TAKES_IT,
  },
  {
    id: 'protocol-1/failure',
    title: 'the status -1 of a server that failed is reported as 255',
    serve: answerWithMessageV1(answerV1(LARGEST_LENGTH, 'out\n')),
    ending: { type: 'answered', tokens: ['output 1: out\n', 'status 255'] },
    libremctl: prints('out\n', 255),
  },
  withStatus(256, 'whose last byte is 0'),
  withStatus(0x7fff_ffff, 'the largest'),
  withStatus(0xffff_ff00, 'which is negative, and whose last byte is 0'),
  {
    id: 'protocol-1/mic-of-another',
    title: 'a MIC of another command is refused',
    serve: answerWithV1((peer) => [
      confirm(peer, bytes('another command')),
      frame(TokenFlag.DATA, peer.wrap(ANSWER_V1)),
    ]),
    ending: invalid(),
    libremctl: fails(`GSS-API error sending token: ${BAD_COMMAND_MIC}`),
  },
  {
    id: 'protocol-1/mic-flipped',
    title: 'one bit flipped in the MIC: refused',
    serve: answerWithV1((peer, command) => {
      const mic = peer.mic(command);
      mic.writeUInt8(mic.readUInt8(mic.length - 1) ^ 1, mic.length - 1);
      return [frame(TokenFlag.MIC, mic), frame(TokenFlag.DATA, peer.wrap(ANSWER_V1))];
    }),
    ending: invalid(),
    libremctl: fails(`GSS-API error sending token: ${BAD_COMMAND_MIC}`),
  },
  {
    id: 'protocol-1/mic-empty',
    title: 'an empty MIC is refused',
    serve: answerWithV1((peer) => [
      frame(TokenFlag.MIC, new Uint8Array()),
      frame(TokenFlag.DATA, peer.wrap(ANSWER_V1)),
    ]),
    ending: invalid(),
    libremctl: fails(`GSS-API error sending token: ${UNREADABLE}`),
  },
  {
    id: 'protocol-1/no-mic',
    title: 'an answer without a MIC before it is refused',
    serve: answerWithV1((peer) => [frame(TokenFlag.DATA, peer.wrap(ANSWER_V1))]),
    ending: invalid(),
    libremctl: fails('error sending token: invalid token format'),
  },
  {
    id: 'protocol-1/mic-flags',
    title: 'a MIC in a token with TOKEN_PROTOCOL is refused',
    serve: answerWithV1((peer, command) => [
      frame(TokenFlag.MIC | TokenFlag.PROTOCOL, peer.mic(command)),
      frame(TokenFlag.DATA, peer.wrap(ANSWER_V1)),
    ]),
    ending: invalid(),
    libremctl: fails('error sending token: invalid token format'),
  },
  {
    id: 'protocol-1/mic-oversized',
    title: 'a MIC that claims 4 GiB is refused before memory is allocated',
    serve: answerWithV1(() => [frame(TokenFlag.MIC, new Uint8Array(4096), LARGEST_LENGTH)]),
    ending: invalid(),
    libremctl: fails('error sending token: token too larger'),
  },
  {
    id: 'protocol-1/answer-flags',
    title: "an answer with protocol 2's flags is refused",
    serve: answerWithV1((peer, command) => [
      confirm(peer, command),
      frame(MESSAGE_TOKEN_FLAGS, peer.wrap(ANSWER_V1)),
    ]),
    ending: invalid(),
    libremctl: failsReading(UNEXPECTED),
  },
  {
    id: 'protocol-1/signed-only',
    title: 'an answer wrapped without confidentiality is refused',
    serve: answerWithV1((peer, command) => [
      confirm(peer, command),
      frame(TokenFlag.DATA, peer.wrapInClear(ANSWER_V1)),
    ]),
    ending: invalid(),
    libremctl: TAKES_IT,
    difference: SIGNED_ONLY_DIFFERENCE,
  },
  {
    id: 'protocol-1/replayed',
    title: 'a second MIC instead of the answer is refused',
    serve: answerWithV1((peer, command) => {
      const token = confirm(peer, command);
      return [token, token];
    }),
    ending: invalid(),
    libremctl: failsUnwrapping(DEFECTIVE),
  },
  ofLength(
    'answer-length-longer',
    'an answer that claims one byte more than it has',
    answerV1(0, 'out\n', 5),
  ),
  ofLength(
    'answer-length-shorter',
    'an answer that claims one byte less than it has',
    answerV1(0, 'out\n', 3),
  ),
  ofLength(
    'answer-length-largest',
    'an answer that claims 4 GiB',
    answerV1(0, 'out\n', LARGEST_LENGTH),
  ),
  ofLength(
    'answer-cut',
    'an answer that ends inside of its length',
    answerV1(0, '').subarray(0, 7),
  ),
  {
    id: 'protocol-1/flipped',
    title: 'one bit flipped in the answer: refused',
    serve: answerWithV1((peer, command) => {
      const confirmation = confirm(peer, command);
      const token = peer.wrap(ANSWER_V1);
      token.writeUInt8(token.readUInt8(40) ^ 1, 40);
      return [confirmation, frame(TokenFlag.DATA, token)];
    }),
    ending: invalid(),
    libremctl: failsUnwrapping(BAD_INTEGRITY),
  },
  {
    id: 'protocol-1/no-answer',
    title: 'a server ends its direction after it confirmed the command: a network error',
    serve: async (peer) => {
      peer.send(frame(TokenFlag.CONTEXT, await peer.accept()));
      peer.send(confirm(peer, await peer.expectCommand(1)));
      peer.end();
    },
    ending: broken('command', 'end'),
    libremctl: failsReading(EOF),
  },
  {
    id: 'protocol-1/silent',
    title: 'a server that never confirms the command: the call ends by its time-out',
    serve: answerWithV1(() => []),
    ending: silent('command'),
    libremctl: fails('error sending token: timed out'),
  },
];
