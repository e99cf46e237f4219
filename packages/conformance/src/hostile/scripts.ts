/** Scripts and endings that cases share. */
import {
  type CommandState,
  RemctlAuthenticationError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlTimeoutError,
} from '@remctl/core';
import { expect } from 'vitest';
import { answerV1, output, status } from '../servers/messages.js';
import type { Peer } from '../servers/peer.js';
import type { Script } from '../servers/scripted-server.js';
import { frame, TokenFlag } from '../servers/wire-tokens.js';
import type { Answered, Refused } from './hostile-case.js';

/** What an honest server answers with. */
export const OUTPUT = output('out\n');
export const STATUS = status(0);
export const ANSWER_V1 = answerV1(0, 'out\n');
export const ANSWERED: Answered = { type: 'answered', tokens: ['output 1: out\n', 'status 0'] };

/** Answers the client's request for a context with these bytes. */
export const insteadOfContext =
  (...pieces: readonly Uint8Array[]): Script =>
  async (peer) => {
    await peer.receive();
    await peer.receive();
    peer.send(...pieces);
  };

/** Authenticates, and answers the first command with these bytes. */
export const answerWith =
  (pieces: (peer: Peer) => readonly Uint8Array[]): Script =>
  async (peer) => {
    await peer.authenticate();
    await peer.expectCommand();
    peer.send(...pieces(peer));
  };

/** Authenticates, and answers the first command with these messages. */
export const answerWithMessages = (...messages: readonly Uint8Array[]): Script =>
  answerWith((peer) => messages.map((message) => peer.seal(message)));

/** Authenticates, sends these messages in one piece with that, and answers as an honest server does. */
export const sendUnasked =
  (...messages: readonly Uint8Array[]): Script =>
  async (peer) => {
    const apRep = await peer.accept();
    const context = frame(TokenFlag.CONTEXT | TokenFlag.PROTOCOL, apRep);
    peer.send(context, ...messages.map((message) => peer.seal(message)));
    await answerHonestly(peer);
  };

/** Takes a command, and gives the honest answer. */
export async function answerHonestly(peer: Peer): Promise<void> {
  await peer.expectCommand();
  peer.send(peer.seal(OUTPUT), peer.seal(STATUS));
}

/** The same in protocol 1. */
export async function answerHonestlyV1(peer: Peer): Promise<void> {
  const command = await peer.expectCommand(1);
  peer.send(confirm(peer, command), frame(TokenFlag.DATA, peer.wrap(ANSWER_V1)));
}

/** Authenticates as a server of protocol 1 does, and answers the first command with these bytes. */
export const answerWithV1 =
  (pieces: (peer: Peer, command: Uint8Array) => readonly Uint8Array[]): Script =>
  async (peer) => {
    peer.send(frame(TokenFlag.CONTEXT, await peer.accept()));
    peer.send(...pieces(peer, await peer.expectCommand(1)));
  };

/** The honest confirmation of a command in protocol 1. */
export const confirm = (peer: Peer, command: Uint8Array): Buffer =>
  frame(TokenFlag.MIC, peer.mic(command));

/** Confirms the command as is due in protocol 1, and answers with this message. */
export const answerWithMessageV1 = (message: Uint8Array): Script =>
  answerWithV1((peer, command) => [
    confirm(peer, command),
    frame(TokenFlag.DATA, peer.wrap(message)),
  ]);

/** Of what comes after an answer. */
export const ONE_COMMAND = 'remctl runs one command, and never sees what comes after its answer';

/** Of a message that is wrapped without confidentiality. */
export const SIGNED_ONLY_DIFFERENCE =
  'sections 2.1 and 3 require confidentiality of every message; libremctl does not look whether it was there';
interface Texts {
  readonly native: RegExp;
  readonly pure: RegExp;
}

/** The server sent what the protocol forbids. */
export const invalid = (says: Texts, commandState: CommandState = 'unknown'): Refused => ({
  type: 'refused',
  error: RemctlInvalidTokenError,
  says,
  commandState,
});

const NOTHING_ASKED = /nothing had asked for/;
/** What both say of a message that comes while nothing is under way. */
export const UNASKED: Texts = { native: NOTHING_ASKED, pure: NOTHING_ASKED };

/** The server did not prove itself. */
export const unauthenticated = (says: Texts): Refused => ({
  type: 'refused',
  error: RemctlAuthenticationError,
  says,
  commandState: 'not-sent',
});

const SILENT = /silent for/;

/** The server was silent for as long as the client waits. */
export const silent = (
  phase: 'negotiate' | 'command',
  commandState: CommandState = phase === 'command' ? 'unknown' : 'not-sent',
): Refused => ({
  type: 'refused',
  error: RemctlTimeoutError,
  says: { native: SILENT, pure: SILENT },
  commandState,
  details: { phase },
});

/**
 * The connection broke while authenticating, after it, or `between`: the client may have noticed before its
 * open() was through. Whether it was reset or ended is not always known: libuv reports a reset that comes
 * with data as an end, and libremctl every reset.
 */
export const broken = (
  phase: 'negotiate' | 'between' | 'command',
  how: 'end' | 'reset',
  commandState: CommandState = phase === 'command' ? 'unknown' : 'not-sent',
): Refused => ({
  type: 'refused',
  error: RemctlNetworkError,
  says: how === 'end' ? ENDED : ENDED_OR_RESET,
  commandState,
  details: {
    phase: phase === 'between' ? expect.stringMatching(/^(negotiate|command)$/) : phase,
    code: how === 'end' ? 'EOF' : expect.stringMatching(/^(EOF|ECONNRESET)$/),
  },
});

const CLOSED = 'the server closed the connection';
const NATIVE_EOF = 'unexpected end of file';
const WAS_RESET = 'Connection reset by peer';
const ENDED: Texts = { native: new RegExp(`${NATIVE_EOF}|${CLOSED}`), pure: new RegExp(CLOSED) };
const ENDED_OR_RESET: Texts = {
  native: new RegExp(`${NATIVE_EOF}|${CLOSED}|${WAS_RESET}`),
  pure: new RegExp(`${CLOSED}|${WAS_RESET}`),
};
