/** Servers that send an octet now and then, so that they are never silent. */

import { RemctlTimeoutError } from '@remctl/core';
import { CONTEXT_TOKEN_FLAGS, TOKEN_HEADER_LENGTH, TOKEN_MAX_LENGTH } from '@remctl/core/wire';
import { frame } from '../servers/framing.js';
import { NOOP } from '../servers/messages.js';
import { sendNoop } from './client-acts.js';
import { ANSWERED, type Refused, unauthenticated } from './endings.js';
import type { HostileCase } from './hostile-case.js';
import { DEFECTIVE, fails, failsOpening, NO_NOOP, TAKES_IT, TIMED_OUT } from './libremctl.js';
import { answerHonestly, insteadOfContext } from './scripts.js';

/** Far below the time-out: a client that waits for silence alone would wait for all of the octets. */
const DRIP_MS = 50;
/** A pause between octets at which an honest answer still comes in a moment. */
const SLOW_MS = 4;

/** The negotiation's time is over, whatever has come. */
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
    title: 'an octet of the proof now and then: the time-out is for the whole negotiation',
    serve: async (peer) => {
      await peer.trickle(frame(CONTEXT_TOKEN_FLAGS, await peer.accept()), DRIP_MS);
    },
    ending: notInTime,
    libremctl: fails(TIMED_OUT),
  },
  {
    id: 'dripping/largest-token',
    title: 'a context token of 1 MiB is begun, and comes an octet now and then',
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
    title: 'octets come now and then from a server that reads nothing',
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
    title: 'context tokens of 1 MiB without end are refused at the first, and fill no memory',
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
    title: 'an honest proof that comes one octet at a time, in time',
    serve: async (peer) => {
      await peer.trickle(frame(CONTEXT_TOKEN_FLAGS, await peer.accept()), SLOW_MS);
      await answerHonestly(peer);
    },
    ending: ANSWERED,
    libremctl: TAKES_IT,
  },
  {
    id: 'dripping/noop',
    title: "a NOOP's answer that comes one octet at a time, and takes longer than the time-out",
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
