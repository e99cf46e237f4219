/** A client that sends any bytes, and reads tokens. */
import { connect, type Socket } from 'node:net';
import {
  CONTEXT_TOKEN_FLAGS,
  createTokenReader,
  encodeToken,
  FIRST_TOKEN_FLAGS,
  type FramedToken,
  MESSAGE_TOKEN_FLAGS,
  TokenFlag,
} from '@remctl/core/wire';
import { onTestFinished } from 'vitest';

export interface RawClient {
  readonly socket: Socket;
  /** Sends a token. */
  send(flags: number, payload?: Uint8Array): void;
  /** Sends messages of protocol 2, in one write. */
  message(...messages: Uint8Array[]): void;
  /** Gives the server's next token; undefined if the connection has ended. */
  next(): Promise<FramedToken | undefined>;
  /** Gives the messages of the next `count` tokens. Throws an Error if one is no message of protocol 2. */
  messages(count: number): Promise<Buffer[]>;
  /**
   * Settles when the server has ended the connection, in whatever way. Throws an Error at a token, or
   * at a part of one.
   */
  ended(): Promise<void>;
}

/** Connects to a port of 127.0.0.1. The connection is gone at the end of the test. */
export async function connectRaw(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => {
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const tokens: FramedToken[] = [];
  const reader = createTokenReader((length) => new Error(`a token of ${length} bytes`));
  let over = false;
  let wake: (() => void) | undefined;
  const end = () => {
    over = true;
    wake?.();
  };
  socket.on('data', (chunk) => {
    reader.push(chunk, (token) => tokens.push(token));
    wake?.();
  });
  socket.on('end', () => {
    end();
    socket.end();
  });
  socket.on('error', end);
  socket.on('close', end);

  async function next(): Promise<FramedToken | undefined> {
    for (;;) {
      const token = tokens.shift();
      if (token !== undefined || over) {
        return token;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  return {
    socket,
    send: (flags, payload = new Uint8Array()) => socket.write(encodeToken(flags, payload)),
    message(...messages) {
      socket.write(Buffer.concat(messages.map((each) => encodeToken(MESSAGE_TOKEN_FLAGS, each))));
    },
    next,
    async messages(count) {
      const messages: Buffer[] = [];
      while (messages.length < count) {
        const token = await next();
        if (token?.flags !== MESSAGE_TOKEN_FLAGS) {
          throw new Error(`flags ${token?.flags} after ${messages.length} of ${count} messages`);
        }
        messages.push(Buffer.from(token.payload));
      }
      return messages;
    },
    async ended() {
      const token = await next();
      if (token !== undefined) {
        throw new Error(`flags ${token.flags}, ${token.payload.length} bytes before the end`);
      }
      if (reader.inToken()) {
        throw new Error('a token has begun before the end');
      }
    },
  };
}

/** Connects, and authenticates with a context of one token each way. */
export async function openRaw(
  port: number,
  { protocol = 2, token = Buffer.from('hello') }: { protocol?: 1 | 2; token?: Uint8Array } = {},
): Promise<RawClient> {
  const client = await connectRaw(port);
  const mask = protocol === 1 ? TokenFlag.PROTOCOL : 0;
  client.send(FIRST_TOKEN_FLAGS & ~mask);
  client.send(CONTEXT_TOKEN_FLAGS & ~mask, token);
  const answer = await client.next();
  if (answer?.flags !== (CONTEXT_TOKEN_FLAGS & ~mask)) {
    throw new Error(`flags ${answer?.flags} instead of a context token`);
  }
  return client;
}
