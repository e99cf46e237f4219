/** Tokens after authentication: wrong frames, and wrong protection of messages. */
import { randomBytes } from 'node:crypto';
import {
  CONTEXT_TOKEN_FLAGS,
  MESSAGE_TOKEN_FLAGS,
  TOKEN_HEADER_LENGTH,
  TOKEN_MAX_LENGTH,
  TokenFlag,
} from '@remctl/core/wire';
import { frame, LARGEST_LENGTH } from '../servers/framing.js';
import { output } from '../servers/messages.js';
import { WrapHeader } from '../servers/peer.js';
import { broken, invalid, silent } from './endings.js';
import type { HostileCase } from './hostile-case.js';
import {
  BAD_INTEGRITY,
  BAD_SIGNATURE,
  DEFECTIVE,
  DEFECTIVE_HEADER,
  DUPLICATE,
  EOF,
  failsReading,
  failsUnwrapping,
  GAP,
  TAKES_IT,
  TIMED_OUT,
  TOO_LARGE,
  UNEXPECTED,
  UNREADABLE,
  WRONG_DIRECTION,
} from './libremctl.js';
import { answerWith, OUTPUT, SIGNED_ONLY_DIFFERENCE, STATUS } from './scripts.js';

const NOTHING = new Uint8Array();

/** An honest answer, except for the flags of its tokens. */
const withFlags = (flags: number, what: string): HostileCase => ({
  id: `token/flags-${flags.toString(16).padStart(2, '0')}`,
  title: `a message ${what} is refused`,
  serve: answerWith((peer) => [frame(flags, peer.wrap(OUTPUT)), frame(flags, peer.wrap(STATUS))]),
  ending: invalid(),
  libremctl: failsReading(UNEXPECTED),
});

/** One bit of a Wrap token is flipped. A negative offset counts from the token's end. */
const withFlip = (
  id: string,
  what: string,
  offset: number,
  bit: number,
  gssText: string,
): HostileCase => ({
  id: `protection/flipped-${id}`,
  title: `one bit flipped in ${what}: refused`,
  serve: answerWith((peer) => {
    const token = peer.wrap(OUTPUT);
    const at = offset < 0 ? token.length + offset : offset;
    token.writeUInt8(token.readUInt8(at) ^ bit, at);
    return [frame(MESSAGE_TOKEN_FLAGS, token), peer.seal(STATUS)];
  }),
  ending: invalid(),
  libremctl: failsUnwrapping(gssText),
});

export const tokenCases: readonly HostileCase[] = [
  {
    id: 'token/oversized',
    title: 'a token that claims 4 GiB is refused before memory is allocated',
    serve: answerWith(() => [frame(MESSAGE_TOKEN_FLAGS, new Uint8Array(4096), LARGEST_LENGTH)]),
    ending: invalid('unknown', /token too large: .*4294967295 bytes/),
    libremctl: failsReading(TOO_LARGE),
  },
  {
    id: 'token/over-limit',
    title: 'a token that claims one byte more than 1 MiB, header included, is refused',
    serve: answerWith(() => [
      frame(MESSAGE_TOKEN_FLAGS, new Uint8Array(4096), TOKEN_MAX_LENGTH - TOKEN_HEADER_LENGTH + 1),
    ]),
    ending: invalid('unknown', /token too large: .*1048572 bytes/),
    libremctl: failsReading(TIMED_OUT),
    difference:
      'section 1 counts the five bytes of the header as part of the token; libremctl does not, and waits for the rest',
  },
  {
    id: 'token/at-limit',
    title: 'a token of 1 MiB is read to its end, and its content is refused',
    serve: answerWith(() => [
      frame(MESSAGE_TOKEN_FLAGS, new Uint8Array(TOKEN_MAX_LENGTH - TOKEN_HEADER_LENGTH)),
    ]),
    ending: invalid(),
    libremctl: failsUnwrapping(DEFECTIVE_HEADER),
  },
  {
    id: 'token/zero-length',
    title: 'an empty token is refused',
    serve: answerWith(() => [frame(MESSAGE_TOKEN_FLAGS, NOTHING)]),
    ending: invalid(),
    libremctl: failsUnwrapping(UNREADABLE),
  },
  {
    id: 'token/cut-header',
    title: 'the server ends its direction inside of a header: a network error',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
      peer.send(peer.seal(OUTPUT).subarray(0, 3));
      peer.end();
    },
    ending: broken('command', 'end'),
    libremctl: failsReading(EOF),
  },
  {
    id: 'token/cut-payload',
    title: 'the server ends its direction inside of a payload: a network error',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectCommand();
      peer.send(peer.seal(OUTPUT).subarray(0, -1));
      peer.end();
    },
    ending: broken('command', 'end'),
    libremctl: failsReading(EOF),
  },
  {
    id: 'token/truncated',
    title: 'a token that is never finished: the call ends by its time-out',
    serve: answerWith((peer) => [peer.seal(OUTPUT).subarray(0, -1)]),
    ending: silent('command'),
    libremctl: failsReading(TIMED_OUT),
  },
  withFlags(TokenFlag.DATA, 'without TOKEN_PROTOCOL, after protocol 2 was agreed on,'),
  withFlags(0, 'without any flag'),
  withFlags(CONTEXT_TOKEN_FLAGS, "with a context token's flags"),
  withFlags(MESSAGE_TOKEN_FLAGS | TokenFlag.SEND_MIC, 'with TOKEN_SEND_MIC'),
  withFlags(MESSAGE_TOKEN_FLAGS | 0x80, 'with an unknown flag'),
  {
    id: 'protection/none',
    title: 'a message without any protection is refused',
    serve: answerWith(() => [
      frame(MESSAGE_TOKEN_FLAGS, OUTPUT),
      frame(MESSAGE_TOKEN_FLAGS, STATUS),
    ]),
    ending: invalid(),
    libremctl: failsUnwrapping(DEFECTIVE_HEADER),
  },
  {
    id: 'protection/signed-only',
    title: 'a message wrapped without confidentiality is refused',
    serve: answerWith((peer) => [
      frame(MESSAGE_TOKEN_FLAGS, peer.wrapInClear(OUTPUT)),
      frame(MESSAGE_TOKEN_FLAGS, peer.wrapInClear(STATUS)),
    ]),
    ending: invalid(),
    libremctl: TAKES_IT,
    difference: SIGNED_ONLY_DIFFERENCE,
  },
  {
    id: 'protection/mic-instead',
    title: 'a MIC token instead of a Wrap token is refused',
    serve: answerWith((peer) => [frame(MESSAGE_TOKEN_FLAGS, peer.mic(OUTPUT))]),
    ending: invalid(),
    libremctl: failsUnwrapping(DEFECTIVE),
  },
  {
    id: 'protection/forged',
    title: 'a Wrap token with the right header and random content is refused',
    serve: answerWith((peer) => {
      const token = peer.wrap(STATUS);
      return [
        frame(
          MESSAGE_TOKEN_FLAGS,
          Buffer.concat([
            token.subarray(0, WrapHeader.LENGTH),
            randomBytes(token.length - WrapHeader.LENGTH),
          ]),
        ),
      ];
    }),
    ending: invalid(),
    libremctl: failsUnwrapping(BAD_INTEGRITY),
  },
  {
    id: 'protection/shortened',
    title: 'a Wrap token without its last byte is refused',
    serve: answerWith((peer) => [frame(MESSAGE_TOKEN_FLAGS, peer.wrap(STATUS).subarray(0, -1))]),
    ending: invalid(),
    libremctl: failsUnwrapping(BAD_INTEGRITY),
  },
  {
    id: 'protection/replayed',
    title: 'a token sent twice is refused the second time',
    serve: answerWith((peer) => {
      const token = peer.seal(OUTPUT);
      return [token, token, peer.seal(STATUS)];
    }),
    ending: invalid(),
    libremctl: failsUnwrapping(DUPLICATE, 'out\n'),
  },
  {
    id: 'protection/reordered',
    title: 'two tokens in the wrong order are refused',
    serve: answerWith((peer) => {
      const first = peer.seal(output('first'));
      return [peer.seal(output('second')), first, peer.seal(STATUS)];
    }),
    ending: invalid(),
    libremctl: failsUnwrapping(GAP),
  },
  {
    id: 'protection/withheld',
    title: 'a token withheld: the next one is refused, so that the loss is noticed',
    serve: answerWith((peer) => {
      peer.seal(OUTPUT);
      return [peer.seal(STATUS)];
    }),
    ending: invalid(),
    libremctl: failsUnwrapping(GAP),
  },
  {
    id: 'protection/reflected',
    title: "the client's own token, sent back to it, is refused",
    serve: async (peer) => {
      await peer.authenticate();
      const { flags, payload } = await peer.receive();
      peer.send(frame(flags, payload));
    },
    ending: invalid(),
    libremctl: failsUnwrapping(WRONG_DIRECTION),
  },
  withFlip('token-id', "the header: the token's type", 0, 1, DEFECTIVE),
  withFlip('direction', 'the header: the direction', WrapHeader.FLAGS, 1, WRONG_DIRECTION),
  withFlip('sealed', 'the header: the flag of encryption', WrapHeader.FLAGS, 2, BAD_SIGNATURE),
  withFlip('subkey', 'the header: the flag of the subkey', WrapHeader.FLAGS, 4, BAD_INTEGRITY),
  withFlip('filler', 'the header: the filler', WrapHeader.FILLER, 1, DEFECTIVE),
  withFlip('ec', 'the header: the extra count', WrapHeader.EC + 1, 1, DEFECTIVE),
  withFlip('rrc', 'the header: the rotation', WrapHeader.RRC + 1, 1, BAD_INTEGRITY),
  withFlip('sequence', 'the header: the sequence number', WrapHeader.SND_SEQ + 7, 1, DEFECTIVE),
  withFlip('body', 'the encrypted part', WrapHeader.LENGTH + 20, 0x80, BAD_INTEGRITY),
  withFlip('checksum', 'the checksum', -1, 0x80, BAD_INTEGRITY),
];
