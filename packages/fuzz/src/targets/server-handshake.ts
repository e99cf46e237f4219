/**
 * Target: the handshake of a client with our server.
 *
 * Kerberos is real. The first byte plus one is the length of the chunks in which the rest arrives.
 * After an even second byte the rest is the client's bytes. After an odd one it is three pieces: an
 * EncTicketPart and an Authenticator, which the target seals correctly in the request of a handshake,
 * and bytes that follow. No message is protected rightly, so no command may run.
 */
import { CONTEXT_TOKEN_FLAGS, encodeToken, FIRST_TOKEN_FLAGS, TokenFlag } from '@remctl/core/wire';
import { createReplayCache } from '@remctl/krb5';
import { requireThat } from '../findings.js';
import { splitPieces } from '../pieces.js';
import { scriptedSocket } from '../scripted-socket.js';
import { checkLimits, createByteBudget, kerberosAccept } from '../server-internals.js';
import { watchConnection } from '../watched-connection.js';
import { KEYTAB, requestToken } from './gss-acceptor.js';

/** An acceptable clock skew without bound: an input cannot know the time. */
const ANY_CLOCK = Number.MAX_SAFE_INTEGER;
const ALL_COMMAND_BYTES = 65_536;

/** Returns what the client sends. */
function clientBytes(sealed: boolean, protocol: 1 | 2, rest: Buffer): Buffer {
  if (!sealed) {
    return rest;
  }
  const [ticketPart = rest, authenticator = rest, more = rest] = splitPieces(rest, 3);
  const mask = protocol === 1 ? ~TokenFlag.PROTOCOL : -1;
  return Buffer.concat([
    encodeToken(FIRST_TOKEN_FLAGS & mask, new Uint8Array()),
    encodeToken(CONTEXT_TOKEN_FLAGS & mask, requestToken(ticketPart, authenticator)),
    more,
  ]);
}

/** Returns the flags of the tokens in an answer. Throws an Error if it does not end with a token. */
function flagsOfTokens(answer: Buffer): number[] {
  const flags: number[] = [];
  for (let at = 0; at < answer.length; ) {
    requireThat('a token has a header', answer.length - at >= 5);
    flags.push(answer.readUInt8(at));
    at += 5 + answer.readUInt32BE(at + 1);
    requireThat('a token is whole', at <= answer.length);
  }
  return flags;
}

export async function fuzz(data: Buffer): Promise<void> {
  const [size = 0, mode = 0] = data;
  const sealed = (mode & 1) === 1;
  const budget = createByteBudget(ALL_COMMAND_BYTES);
  let ran = 0;
  const { socket, send, closed } = scriptedSocket();
  const watched = watchConnection(socket, {
    accept: kerberosAccept({
      keytab: { path: KEYTAB.path, current: async () => KEYTAB },
      principal: undefined,
      clockskew: ANY_CLOCK,
      now: undefined,
      replayCache: createReplayCache(),
    }),
    async execute() {
      ran += 1;
    },
    protocol1: (mode & 2) !== 0,
    limits: checkLimits({ allCommandBytes: ALL_COMMAND_BYTES }),
    budget,
  });
  send(clientBytes(sealed, (mode & 4) === 0 ? 2 : 1, data.subarray(2)), size + 1);
  const flags = flagsOfTokens(await closed());

  requireThat('no command runs', ran === 0);
  requireThat('only a sealed ticket authenticates', watched.authenticated === 0 || sealed);
  requireThat('a client authenticates at most once', watched.authenticated <= 1);
  requireThat('the connection is over once', watched.over === 1);
  requireThat(
    `there is no internal failure: ${watched.faults.join()}`,
    watched.faults.length === 0,
  );
  const contexts = flags.filter((each) => (each & TokenFlag.CONTEXT) !== 0);
  requireThat('one context token is sent at most', contexts.length <= 1);
  requireThat('one message is sent at most, after the context', flags.length <= 2);
  requireThat('a context comes first', flags.length === 0 || flags[0] === contexts[0]);
  requireThat('all bytes of commands are given back', budget.take(ALL_COMMAND_BYTES));
}
