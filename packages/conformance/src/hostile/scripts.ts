/** Scripts of servers that several cases share. */
import { CONTEXT_TOKEN_FLAGS, TokenFlag } from '@remctl/core/wire';
import { frame } from '../servers/framing.js';
import { answerV1, output, status } from '../servers/messages.js';
import type { Peer } from '../servers/peer.js';
import type { Script } from '../servers/scripted-server.js';

/** The first message of the honest answer. */
export const OUTPUT = output('out\n');
/** The last message of the honest answer. */
export const STATUS = status(0);
/** The honest answer in protocol 1. */
export const ANSWER_V1 = answerV1(0, 'out\n');

/** Answers the client's context token with these bytes. */
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

/** Sends the context token and these messages in one piece, and then answers a command honestly. */
export const sendUnasked =
  (...messages: readonly Uint8Array[]): Script =>
  async (peer) => {
    const context = frame(CONTEXT_TOKEN_FLAGS, await peer.accept());
    peer.send(context, ...messages.map((message) => peer.seal(message)));
    await answerHonestly(peer);
  };

/** Takes a command, and gives the honest answer. */
export async function answerHonestly(peer: Peer): Promise<void> {
  await peer.expectCommand();
  peer.send(peer.seal(OUTPUT), peer.seal(STATUS));
}

/** Takes a command of protocol 1, and gives the honest answer. */
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

/** Returns the token by which an honest server of protocol 1 confirms a command. */
export const confirm = (peer: Peer, command: Uint8Array): Buffer =>
  frame(TokenFlag.MIC, peer.mic(command));

/** Confirms the command as protocol 1 requires, and answers with this message. */
export const answerWithMessageV1 = (message: Uint8Array): Script =>
  answerWithV1((peer, command) => [
    confirm(peer, command),
    frame(TokenFlag.DATA, peer.wrap(message)),
  ]);

/** Why libremctl differs about bytes that come after an answer. */
export const ONE_COMMAND = 'remctl runs one command, and never sees what comes after its answer';

/** Why libremctl differs about a message that is wrapped without confidentiality. */
export const SIGNED_ONLY_DIFFERENCE =
  'sections 2.1 and 3 require confidentiality of every message; libremctl does not check for it';
