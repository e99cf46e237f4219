/** Backends and tokens that core's tests share. */
import type { Backend, Connection, ConnectOptions } from '../src/backend.js';
import { ErrorCode } from '../src/errors.js';
import type { ServerToken } from '../src/tokens.js';

/** A backend whose every call the test settles itself, and which writes down what was called. */
export function manualBackend(protocol: 1 | 2 = 2) {
  const log: string[] = [];
  const connects: ConnectOptions[] = [];
  let step: Partial<{
    connect: (options: ConnectOptions) => Promise<void>;
    checkReady: () => void;
    send: () => Promise<void>;
    receive: () => Promise<ServerToken>;
    noop: () => Promise<void>;
  }> = {};
  const backend: Backend = {
    name: 'manual',
    async connect(options) {
      log.push(`connect ${options.port}`);
      connects.push(options);
      await step.connect?.(options);
      const connection: Connection = {
        protocol,
        checkReady: () => step.checkReady?.(),
        async send(command) {
          log.push(`send ${command.map((word) => Buffer.from(word)).join(' ')}`);
          await step.send?.();
        },
        async receive() {
          log.push('receive');
          return (await step.receive?.()) ?? { type: 'status', status: 0 };
        },
        async noop() {
          log.push('noop');
          await step.noop?.();
        },
        async close() {
          log.push('close');
        },
        abort() {
          log.push('abort');
        },
      };
      return connection;
    },
  };
  return {
    backend,
    log,
    connects,
    on(next: typeof step) {
      step = next;
    },
  };
}

export const never = <T>() => new Promise<T>(() => undefined);

export const output = (text: string, stream: 1 | 2 = 1): ServerToken => ({
  type: 'output',
  stream,
  output: Buffer.from(text),
});

/** Answers receive() with these tokens, one by one. */
export function tokens(...list: ServerToken[]) {
  return async () => {
    const token = list.shift();
    if (token === undefined) {
      throw new Error('the test asked for more tokens than it gave');
    }
    return token;
  };
}

/** The server's refusal of a command: MESSAGE_ERROR with ERROR_ACCESS. */
export const REFUSAL: ServerToken = {
  type: 'error',
  error: ErrorCode.ERROR_ACCESS,
  output: Buffer.from('Access denied'),
};

/** Reads a stream of bytes to its end, as text. */
export async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
