/** Servers that send single bytes, and so are never silent. */
import { RemctlTimeoutError } from '@remctl/core';
import { CONTEXT_TOKEN_FLAGS, TOKEN_HEADER_LENGTH, TOKEN_MAX_LENGTH } from '@remctl/core/wire';
import type { Refused } from '../ending.js';
import { frame } from '../servers/framing.js';
import { NOOP } from '../servers/messages.js';
import { sendNoop } from './client-acts.js';
import { ANSWERED, unauthenticated } from './endings.js';
import type { HostileCase } from './hostile-case.js';
import { DEFECTIVE, fails, failsOpening, NO_NOOP, TAKES_IT, TIMED_OUT } from './libremctl.js';
import { answerHonestly, insteadOfContext } from './scripts.js';

/** Far below the time-out: a client that only notices silence would wait for all bytes. */
const DRIP_MS = 50;
/** A pause between bytes with which an honest answer still comes quickly. */
const SLOW_MS = 4;

/** The time of the negotiation is over, although bytes came. */
const notInTime: Refused = {
  type: 'refused',
  error: RemctlTimeoutError,
  says: /authenticat.* 0\.3 s/,
  commandState: 'not-sent',
  details: { phase: 'negotiate' },
};

export const drippingCases: readonly HostileCase[] = [
  {
    id: 'dripping/proof',
    title: 'the proof comes byte by byte: the time-out is for the whole negotiation',
    serve: async (peer) => {
      await peer.trickle(frame(CONTEXT_TOKEN_FLAGS, await peer.accept()), DRIP_MS);
    },
    ending: notInTime,
    libremctl: fails(TIMED_OUT),
  },
  {
    id: 'dripping/largest-token',
    title: 'a context token of 1 MiB comes byte by byte: the time-out ends the open',
    serve: async (peer) => {
      await peer.receive();
      const token = frame(
        CONTEXT_TOKEN_FLAGS,
        new Uint8Array(TOKEN_MAX_LENGTH - TOKEN_HEADER_LENGTH),
      );
      await peer.trickle(token, DRIP_MS);
    },
    ending: notInTime,
    libremctl: fails(TIMED_OUT),
  },
  {
    id: 'dripping/unread',
    title: 'a server that reads nothing sends byte by byte: the time-out ends the open',
    serve: async (peer) => {
      await peer.trickle(
        frame(CONTEXT_TOKEN_FLAGS, new Uint8Array(TOKEN_MAX_LENGTH >> 1)),
        DRIP_MS,
      );
    },
    ending: notInTime,
    libremctl: fails(TIMED_OUT),
  },
  {
    id: 'dripping/context-tokens',
    title: 'endless context tokens of 1 MiB: the first is refused, and none fills memory',
    serve: async (peer) => {
      await insteadOfContext()(peer);
      await peer.flood(
        frame(CONTEXT_TOKEN_FLAGS, new Uint8Array(TOKEN_MAX_LENGTH - TOKEN_HEADER_LENGTH)),
      );
    },
    ending: unauthenticated(),
    libremctl: failsOpening(DEFECTIVE),
  },
  {
    id: 'dripping/honest-proof',
    title: 'an honest proof comes byte by byte, in time: the client takes it',
    serve: async (peer) => {
      await peer.trickle(frame(CONTEXT_TOKEN_FLAGS, await peer.accept()), SLOW_MS);
      await answerHonestly(peer);
    },
    ending: ANSWERED,
    libremctl: TAKES_IT,
  },
  {
    id: 'dripping/noop',
    title:
      'the answer to a NOOP comes byte by byte for longer than the time-out: the client takes it',
    serve: async (peer) => {
      await peer.authenticate();
      await peer.expectNoop();
      await peer.trickle(peer.seal(NOOP), 4 * SLOW_MS);
      await answerHonestly(peer);
    },
    act: sendNoop,
    client: { timeout: 0.5 },
    ending: ANSWERED,
    libremctl: NO_NOOP,
  },
];
