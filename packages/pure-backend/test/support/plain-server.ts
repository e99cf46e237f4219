/** A scripted remctl server without protection, and connections to it. */
import type { Socket } from 'node:net';
import type { Connection } from '@remctl/core';
import { tokenTooLarge } from '@remctl/core/failures';
import {
  CONTEXT_TOKEN_FLAGS,
  createTokenReader,
  encodeToken,
  type FramedToken,
  MESSAGE_TOKEN_FLAGS,
  MessageType,
  VERSION_2,
} from '@remctl/core/wire';
import { createPureBackend } from '../../src/index.js';
import { plainContext } from './plain-context.js';
import { startTcpServer } from './tcp-server.js';

/** The longest silence that the tests' calls allow. */
export const WAIT = { timeoutMs: 5_000 };

/** The payload of the server's context token. The client takes any. */
export const WELCOME = Buffer.from('welcome');

/** MESSAGE_STATUS with exit status 3. */
export const STATUS = Uint8Array.of(VERSION_2, MessageType.STATUS, 3);

/** Answers a token of the client. */
export type Script = (
  token: FramedToken,
  send: (flags: number, payload: Uint8Array) => void,
  socket: Socket,
) => void;

/** Returns the script of a server of protocol 2 that answers each message with `answer`. */
export function protocol2(
  answer: (message: Uint8Array, send: (message: Uint8Array) => void) => void,
): Script {
  return ({ flags, payload }, send) => {
    if (flags === CONTEXT_TOKEN_FLAGS) {
      send(CONTEXT_TOKEN_FLAGS, WELCOME);
    }
    if (flags === MESSAGE_TOKEN_FLAGS) {
      answer(payload, (message) => send(MESSAGE_TOKEN_FLAGS, message));
    }
  };
}

interface PlainOptions {
  /** The flags of the client's context. The default is all. */
  readonly contextFlags?: number;
  readonly timeoutMs?: number;
}

/** Opens a connection of the pure backend to this port, with a mechanism that protects nothing. */
export function connectToPort(
  port: number,
  { contextFlags, timeoutMs = WAIT.timeoutMs }: PlainOptions = {},
): Promise<Connection> {
  const createContext = async () => plainContext(1, contextFlags);
  return createPureBackend({ mechanism: { name: 'plain', createContext } }).connect({
    host: '127.0.0.1',
    port,
    principal: undefined,
    canonicalize: false,
    credentials: undefined,
    sourceIp: undefined,
    signal: new AbortController().signal,
    timeoutMs,
    negotiateMs: timeoutMs,
  });
}

/** Starts a server that follows the script until the test ends, and opens a connection to it. */
export async function connectTo(script: Script, options?: PlainOptions): Promise<Connection> {
  const { port } = await startTcpServer((socket) => {
    const reader = createTokenReader(tokenTooLarge);
    socket.on('data', (chunk) =>
      reader.push(chunk, (token) =>
        script(token, (flags, payload) => socket.write(encodeToken(flags, payload)), socket),
      ),
    );
  });
  return connectToPort(port, options);
}
