/**
 * Target: all bytes of a client in a session with our server.
 *
 * The bytes begin with the first token. The security context protects nothing and accepts every
 * request. Whatever the bytes are, the server sends what `expectedSession` says, and runs exactly
 * those commands. The first byte plus one is the length of the chunks in which the rest
 * arrives.
 */
import type { CommandAnswer } from '../expected-session.js';
import { expectedSession, joinOutput } from '../expected-session.js';
import { requireSame, requireThat } from '../findings.js';
import { scriptedSocket } from '../scripted-socket.js';
import { type Accepted, checkLimits, createByteBudget, type Execute } from '../server-internals.js';
import { watchConnection } from '../watched-connection.js';

/** Small limits, which short inputs can exceed. */
const LIMITS = {
  contextTokenBytes: 256,
  arguments: 16,
  commandBytes: 2048,
  allCommandBytes: 1536,
} as const;
const CONTEXT_TOKEN = Uint8Array.of(1);
const MAX_STATUS = 255;
/** Lengths of a second argument. */
const FAILS = 3;
const SAYS_NOTHING = 5;
const WAITS = 7;

/** A context that protects nothing: it wraps a message as a copy of the message. */
const ACCEPTED: Accepted = {
  context: {
    wrap: (message) => Buffer.from(message),
    unwrap: (token) => Buffer.from(token),
    getMic: (message) => Buffer.from(message),
  },
  principal: 'alice@EXAMPLE.ORG',
  expires: new Date(0),
  hasFlags: true,
  token: CONTEXT_TOKEN,
};

/** The command's answer: its arguments on both streams, then a status, an error, or nothing at all. */
function answerTo(command: readonly Uint8Array[]): CommandAnswer {
  const [name = Buffer.alloc(0), second] = command;
  const kind = second?.length ?? 0;
  const outputs = command.map((argument) => ({
    stream: argument.length % 2 === 0 ? (1 as const) : (2 as const),
    output: Buffer.from(argument),
  }));
  if (kind === FAILS) {
    return { outputs, end: { code: kind, text: 'a text' } };
  }
  // A command that ends without an answer gets ERROR_INTERNAL from the connection.
  return kind === SAYS_NOTHING
    ? { outputs, end: { code: 1, text: 'Internal failure' } }
    : { outputs, end: { status: name.length & MAX_STATUS } };
}

/** Runs a command: at once, or after a turn of the event loop. */
function executeInto(commands: Buffer[][]): Execute {
  return async (_client, command, reply) => {
    commands.push(command.map((argument) => Buffer.from(argument)));
    const { outputs, end } = answerTo(command);
    const [, second] = command;
    for (const { stream, output } of outputs) {
      const sent = reply.output(stream, output);
      if (second?.length === WAITS) {
        await sent;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    if (second?.length === SAYS_NOTHING) {
      return;
    }
    if ('code' in end) {
      reply.error(end.code, end.text);
    } else {
      reply.status(end.status);
    }
    // A second answer must not reach the client.
    reply.error(1, 'a second answer');
    await reply.output(1, Buffer.from('output after the end'));
  };
}

export async function fuzz(data: Buffer): Promise<void> {
  const [size = 0] = data;
  const sent = data.subarray(1);
  const budget = createByteBudget(LIMITS.allCommandBytes);
  const commands: Buffer[][] = [];
  const { socket, send, closed } = scriptedSocket();
  const watched = watchConnection(socket, {
    accept: async () => ACCEPTED,
    execute: executeInto(commands),
    protocol1: true,
    limits: checkLimits(LIMITS),
    budget,
  });
  send(sent, size + 1);
  const answer = await closed();

  const expected = expectedSession(sent, LIMITS, CONTEXT_TOKEN, answerTo);
  requireSame('the answer', joinOutput(answer), joinOutput(expected.sent));
  requireThat(
    `there is no internal failure: ${watched.faults.join()}`,
    watched.faults.length === 0,
  );
  requireThat('the connection is over once', watched.over === 1);
  requireThat('a client authenticates at most once', watched.authenticated <= 1);
  requireThat('as many commands run as were sent', commands.length === expected.commands.length);
  for (const [at, command] of commands.entries()) {
    const wanted = expected.commands[at] ?? [];
    requireThat('a command has the arguments that were sent', command.length === wanted.length);
    for (const [each, argument] of command.entries()) {
      requireSame('an argument', argument, wanted[each] ?? Buffer.alloc(0));
    }
  }
  requireThat('all bytes of commands are given back', budget.take(LIMITS.allCommandBytes));
}
