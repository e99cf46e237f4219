/** What a client can do in a raw case. */
import { frame } from '@remctl/conformance/internal/servers';
import { COMMAND_TOKEN_FLAGS_V1, MESSAGE_TOKEN_FLAGS } from '@remctl/core/wire';
import type { Step } from './case.js';
import { ACCEPTED, type HandshakeChanges, type RawContext } from './client.js';
import type { RequestChanges } from './request.js';

/** Sends the first token and the request. The answer is one of the case's answers. */
export function request(changes: RequestChanges = {}, handshake: HandshakeChanges = {}): Step {
  return ({ client, forge }) => client.request(forge(changes), handshake);
}

/** Authenticates. The case's answers begin after the AP-REP, unless the server refuses. */
export function authenticate(protocol: 1 | 2 = 2, changes: RequestChanges = {}): Step {
  return async ({ client, forge }) => {
    await client.request(forge(changes), { protocol });
    await client.context();
    if (client.answers.at(-1) === ACCEPTED) {
      client.forgetAnswer();
    }
  };
}

/** Sends bytes as they are. */
export function send(...pieces: readonly Uint8Array[]): Step {
  return ({ client }) => client.send(...pieces);
}

/** Sends a token; `length` is the length that its header claims. */
export function token(flags: number, payload: Uint8Array, length?: number): Step {
  return send(frame(flags, payload, length));
}

/** Sends a message, wrapped, in a token of its own. */
export function message(content: Uint8Array, flags: number = MESSAGE_TOKEN_FLAGS): Step {
  return ({ client }) => client.message(content, flags);
}

/** Sends a command of protocol 1. */
export function commandV1(data: Uint8Array, flags: number = COMMAND_TOKEN_FLAGS_V1): Step {
  return message(data, flags);
}

/** Sends the token's payload that `make` makes with the context. */
export function protectedBy(
  make: (context: RawContext) => Uint8Array | readonly Uint8Array[],
  flags: number = MESSAGE_TOKEN_FLAGS,
): Step {
  return async ({ client }) => {
    const context = await client.context();
    if (context !== undefined) {
      const made = make(context);
      const payloads = made instanceof Uint8Array ? [made] : made;
      await client.send(...payloads.map((payload) => frame(flags, payload)));
    }
  };
}

/** Sends the first `length` bytes of a message's token; a negative length leaves bytes out at the end. */
export function cutMessage(content: Uint8Array, length: number): Step {
  return async ({ client }) => {
    const context = await client.context();
    if (context !== undefined) {
      await client.send(frame(MESSAGE_TOKEN_FLAGS, context.wrap(content)).subarray(0, length));
    }
  };
}

/**
 * Waits until the server has sent `count` answers. A case in which the server closes the connection
 * waits before it sends more: a server that closes a connection with something unread resets it, and
 * answers can get lost.
 */
export function answered(count: number): Step {
  return async ({ client }) => {
    await client.until(() => client.answers.length >= count || client.isClosed());
  };
}

/** Ends the client's direction of the connection; the server may still answer. */
export const end: Step = ({ client }) => client.end();
