/** Tokens that a server sends, and readers of runs and streams. */
import { ErrorCode } from '../../src/errors.js';
import type { OutputToken, ServerToken, StatusToken } from '../../src/tokens.js';

/** The status token of a command that succeeded. */
export const SUCCESS: StatusToken = { type: 'status', status: 0 };

/** The server's refusal of a command: MESSAGE_ERROR with ERROR_ACCESS. */
export const REFUSAL: ServerToken = {
  type: 'error',
  error: ErrorCode.ERROR_ACCESS,
  output: Buffer.from('Access denied'),
};

/** Returns an output token of this text. */
export const output = (text: string, stream: 1 | 2 = 1): OutputToken => ({
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

/** An answer with output on both streams and status 7. */
export const ANSWER: readonly ServerToken[] = [
  output('out 1\n'),
  output('err\n', 2),
  output('out 2\n'),
  { type: 'status', status: 7 },
];

/** Reads a run's tokens to their end, in a loop. */
export async function tokensOf(run: AsyncIterable<ServerToken>): Promise<ServerToken[]> {
  const found: ServerToken[] = [];
  for await (const token of run) {
    found.push(token);
  }
  return found;
}

/** Reads a stream of bytes to its end, by iteration, as text. */
export async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** Reads a stream to its end, through a reader. */
export async function readToEnd(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  let done = false;
  while (!done) {
    ({ done } = await reader.read());
  }
}
