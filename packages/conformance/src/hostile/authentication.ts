/** Servers that break the protocol before and during authentication. */
import { RemctlUnsupportedError } from '@remctl/core';
import { CONTEXT_TOKEN_FLAGS, MESSAGE_TOKEN_FLAGS, TokenFlag } from '@remctl/core/wire';
import { AcceptorRefusal, parsePrincipal } from '@remctl/krb5';
import { frame, LARGEST_LENGTH } from '../servers/framing.js';
import { NOOP } from '../servers/messages.js';
import { invalid, UNASKED, unauthenticated } from './endings.js';
import type { HostileCase } from './hostile-case.js';
import {
  DEFECTIVE,
  DEFECTIVE_HEADER,
  fails,
  failsOpening,
  failsUnwrapping,
  NOT_MUTUAL,
  NOT_US,
  OPENING_INTEGRITY,
  TAKES_IT,
  TOO_LARGE,
} from './libremctl.js';
import { answerHonestly, answerHonestlyV1, insteadOfContext, OUTPUT, STATUS } from './scripts.js';

const NOTHING = new Uint8Array();

/** Authenticates honestly, except for the flags of its context token. */
const acceptWithFlags =
  (flags: number): HostileCase['serve'] =>
  async (peer) => {
    peer.send(frame(flags, await peer.accept()));
    await answerHonestly(peer);
  };

const FLAGS_DIFFERENCE =
  'section 2.1 allows a context token these flags and no others; libremctl reads one of them alone';

export const authenticationCases: readonly HostileCase[] = [
  {
    id: 'authentication/oversized',
    title: 'a context token that claims 4 GiB is refused before memory is taken for it',
    serve: insteadOfContext(frame(CONTEXT_TOKEN_FLAGS, new Uint8Array(4096), LARGEST_LENGTH)),
    ending: invalid('not-sent'),
    libremctl: fails(TOO_LARGE),
  },
  {
    id: 'authentication/zero-length',
    title: 'an empty context token is refused',
    serve: insteadOfContext(frame(CONTEXT_TOKEN_FLAGS, NOTHING)),
    ending: unauthenticated(),
    libremctl: failsOpening(DEFECTIVE),
  },
  {
    id: 'authentication/no-remctl-server',
    title: 'a web server on the port is recognized as no remctl server',
    serve: insteadOfContext(Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')),
    ending: invalid('not-sent'),
    libremctl: fails(TOO_LARGE),
  },
  {
    id: 'authentication/garbage',
    title: 'a context token of no mechanism is refused',
    serve: insteadOfContext(frame(CONTEXT_TOKEN_FLAGS, Buffer.alloc(200, 0xa5))),
    ending: unauthenticated(),
    libremctl: failsOpening(DEFECTIVE),
  },
  {
    id: 'authentication/flags-data',
    title: "a context token with a message's flags is refused",
    serve: acceptWithFlags(MESSAGE_TOKEN_FLAGS),
    ending: invalid('not-sent'),
    libremctl: TAKES_IT,
    difference: FLAGS_DIFFERENCE,
  },
  {
    id: 'authentication/flags-more',
    title: 'a context token with one flag too many is refused',
    serve: acceptWithFlags(CONTEXT_TOKEN_FLAGS | TokenFlag.NOOP),
    ending: invalid('not-sent'),
    libremctl: TAKES_IT,
    difference: FLAGS_DIFFERENCE,
  },
  {
    id: 'authentication/flags-unknown',
    title: 'a context token with an unknown flag is refused',
    serve: acceptWithFlags(CONTEXT_TOKEN_FLAGS | 0x80),
    ending: invalid('not-sent'),
    libremctl: TAKES_IT,
    difference: FLAGS_DIFFERENCE,
  },
  {
    id: 'authentication/no-flags',
    title: 'a context token without any flag is refused, also as protocol 1',
    serve: async (peer) => {
      peer.send(frame(0, await peer.accept()));
      await answerHonestlyV1(peer);
    },
    ending: invalid('not-sent'),
    libremctl: TAKES_IT,
    difference: FLAGS_DIFFERENCE,
  },
  {
    id: 'authentication/down-negotiation',
    title: 'TOKEN_PROTOCOL missing in the context token: nothing is sent if minProtocol is 2',
    serve: async (peer) => {
      peer.send(frame(TokenFlag.CONTEXT, await peer.accept()));
      await answerHonestlyV1(peer);
    },
    client: { minProtocol: 2 },
    ending: {
      type: 'refused',
      error: RemctlUnsupportedError,
      says: /minProtocol is 2/,
      commandState: 'not-sent',
    },
    libremctl: TAKES_IT,
    difference: 'libremctl cannot require a protocol: it falls back, and sends the command',
  },
  {
    id: 'authentication/protocol-dropped-later',
    title: 'a second context token, without TOKEN_PROTOCOL, is refused',
    serve: async (peer) => {
      const apRep = await peer.accept();
      peer.send(frame(CONTEXT_TOKEN_FLAGS, apRep), frame(TokenFlag.CONTEXT, apRep));
      await peer.expectCommand();
    },
    ending: invalid('not-sent', UNASKED),
    libremctl: failsUnwrapping(DEFECTIVE_HEADER),
  },
  {
    id: 'authentication/protocol-taken-up-later',
    title: 'messages of protocol 2 after an agreement on protocol 1 are refused',
    serve: async (peer) => {
      peer.send(frame(TokenFlag.CONTEXT, await peer.accept()));
      await peer.expectCommand(1);
      peer.send(peer.seal(OUTPUT), peer.seal(STATUS));
    },
    ending: invalid(),
    libremctl: fails('error sending token: invalid token format'),
  },
  {
    id: 'authentication/bit-flipped',
    title: "one bit flipped in the server's proof: refused",
    serve: async (peer) => {
      const apRep = Buffer.from(await peer.accept());
      apRep.writeUInt8(apRep.readUInt8(apRep.length - 1) ^ 1, apRep.length - 1);
      peer.send(frame(CONTEXT_TOKEN_FLAGS, apRep));
    },
    ending: unauthenticated(),
    libremctl: failsOpening(OPENING_INTEGRITY),
  },
  {
    id: 'authentication/replayed',
    title: 'the proof of another connection, with the same ticket, is refused',
    serve: async (peer) => {
      const apRep = await peer.accept({
        alterApRep: (part) => ({ ...part, ctime: part.ctime - 1 }),
      });
      peer.send(frame(CONTEXT_TOKEN_FLAGS, apRep));
    },
    ending: unauthenticated(),
    libremctl: failsOpening(NOT_MUTUAL),
  },
  {
    id: 'authentication/reflected',
    title: "the client's own context token, sent back to it, is refused",
    serve: async (peer) => {
      await peer.receive();
      const { payload } = await peer.receive();
      peer.send(frame(CONTEXT_TOKEN_FLAGS, payload));
    },
    ending: unauthenticated(),
    libremctl: failsOpening(DEFECTIVE),
  },
  {
    id: 'authentication/refused',
    title: 'a KRB-ERROR, which anybody can forge, ends the open with its reason',
    serve: async (peer) => {
      const elsewhere = parsePrincipal('host/elsewhere@REMCTL.TEST');
      try {
        await peer.accept({ principal: elsewhere });
      } catch (error) {
        if (!(error instanceof AcceptorRefusal)) {
          throw error;
        }
        peer.send(frame(CONTEXT_TOKEN_FLAGS, error.token));
      }
    },
    ending: unauthenticated(),
    libremctl: failsOpening(NOT_US),
  },
  {
    id: 'authentication/message-instead',
    title: 'a message instead of the context token is refused',
    serve: insteadOfContext(frame(MESSAGE_TOKEN_FLAGS, NOOP)),
    ending: invalid('not-sent'),
    libremctl: failsOpening(DEFECTIVE),
  },
];
