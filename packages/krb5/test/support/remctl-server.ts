/** A minimal remctl server that tests an acceptor with the C client. */
import {
  type AcceptorContext,
  type AcceptorOptions,
  AcceptorRefusal,
  createAcceptorContext,
} from '../../src/gss/acceptor.js';
import { listen, type TokenConnection } from './connection.js';
import {
  MessageType,
  packet,
  readPacket,
  TOKEN_CONTEXT_PROTOCOL,
  TOKEN_DATA_PROTOCOL,
  TOKEN_NOOP_NEXT_PROTOCOL,
} from './remctl-packets.js';

const VERSION = 2;
const KEEP_ALIVE_AT = 2;
const CONTINUE_AT = 3;
const COMMAND_HEADER = 4;
/** The continue status of a command of one message, and of the last of several messages. */
const WHOLE = 0;
const LAST = 3;
const STDOUT = 1;
const STDERR = 2;
/** Bytes of output in a message: few, so that a test with little output has many messages. */
const OUTPUT_CHUNK = 1000;

/** What a command prints, and its exit status. */
export interface Result {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly status: number;
}

/** Runs a command of `user`, the authenticated client. */
export type RunCommand = (command: readonly string[], user: string | undefined) => Result;

export interface RemctlServer {
  readonly port: number;
  /** The established contexts. */
  readonly contexts: readonly AcceptorContext[];
  /** The number of MESSAGE_COMMANDs that each command took. */
  readonly pieces: readonly number[];
  /** The errors of connections. */
  readonly failures: readonly unknown[];
  close(): void;
}

/** Starts a server of protocol version 2 that answers each command with the result of `run`. */
export async function startRemctlServer(
  options: AcceptorOptions,
  run: RunCommand,
): Promise<RemctlServer> {
  const contexts: AcceptorContext[] = [];
  const pieces: number[] = [];
  const failures: unknown[] = [];
  const { port, close } = await listen((connection) => {
    const serve = async () => {
      const context = await accept(connection, options);
      if (context !== undefined) {
        contexts.push(context);
        await serveCommands(connection, context, run, pieces);
      }
    };
    serve()
      .catch((error: unknown) => failures.push(error))
      .finally(() => connection.end());
  });
  return { port, contexts, pieces, failures, close };
}

async function expectFlags(connection: TokenConnection, flags: number): Promise<Buffer> {
  const token = await readPacket(connection);
  if (token.flags !== flags) {
    throw new Error(`token flags ${token.flags}, not ${flags}`);
  }
  return token.payload;
}

/** Returns undefined if it refused the context and told the client so. */
async function accept(
  connection: TokenConnection,
  options: AcceptorOptions,
): Promise<AcceptorContext | undefined> {
  await expectFlags(connection, TOKEN_NOOP_NEXT_PROTOCOL);
  const context = createAcceptorContext(options);
  const request = await expectFlags(connection, TOKEN_CONTEXT_PROTOCOL);
  try {
    const { token } = context.step(request);
    connection.send(packet(TOKEN_CONTEXT_PROTOCOL, token ?? new Uint8Array()));
    return context;
  } catch (error) {
    if (error instanceof AcceptorRefusal) {
      connection.send(packet(TOKEN_CONTEXT_PROTOCOL, error.token));
      return undefined;
    }
    throw error;
  }
}

async function serveCommands(
  connection: TokenConnection,
  context: AcceptorContext,
  run: RunCommand,
  pieces: number[],
): Promise<void> {
  const send = (message: Buffer) =>
    connection.send(packet(TOKEN_DATA_PROTOCOL, context.wrap(message)));
  for (;;) {
    const parts: Buffer[] = [];
    let keepAlive: boolean;
    for (;;) {
      const message = context.unwrap(await expectFlags(connection, TOKEN_DATA_PROTOCOL));
      if (message[1] === MessageType.QUIT) {
        return;
      }
      if (message[0] !== VERSION || message[1] !== MessageType.COMMAND) {
        throw new Error(`a message of type ${message[1]}`);
      }
      keepAlive = message[KEEP_ALIVE_AT] !== 0;
      parts.push(message.subarray(COMMAND_HEADER));
      if (message[CONTINUE_AT] === WHOLE || message[CONTINUE_AT] === LAST) {
        break;
      }
    }
    pieces.push(parts.length);
    const { stdout, stderr, status } = run(readArguments(Buffer.concat(parts)), context.peer);
    for (const [stream, text] of [
      [STDOUT, stdout],
      [STDERR, stderr],
    ] as const) {
      const data = Buffer.from(text ?? '');
      for (let at = 0; at < data.length; at += OUTPUT_CHUNK) {
        send(outputMessage(stream, data.subarray(at, at + OUTPUT_CHUNK)));
      }
    }
    send(Buffer.of(VERSION, MessageType.STATUS, status));
    if (!keepAlive) {
      return;
    }
  }
}

function readArguments(bytes: Buffer): string[] {
  const args: string[] = [];
  let at = 4;
  for (let left = bytes.readUInt32BE(); left > 0; left -= 1) {
    const end = at + 4 + bytes.readUInt32BE(at);
    args.push(bytes.subarray(at + 4, end).toString());
    at = end;
  }
  return args;
}

function outputMessage(stream: number, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([Buffer.of(VERSION, MessageType.OUTPUT, stream), length, data]);
}
