/** Reads the bytes, streams and tokens that a command gives. */
import type { ServerToken } from '@remctl/core';

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

export const hex = (argument: string | Uint8Array): string => Buffer.from(argument).toString('hex');

/** Reads a stream to its end, as text. */
export async function readStream(stream: ReadableStream<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) {
    pieces.push(piece);
  }
  return text(Buffer.concat(pieces));
}

export async function collectTokens(tokens: AsyncIterable<ServerToken>): Promise<ServerToken[]> {
  const list: ServerToken[] = [];
  for await (const token of tokens) {
    list.push(token);
  }
  return list;
}
