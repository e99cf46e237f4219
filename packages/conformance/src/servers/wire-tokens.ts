/** Tokens as a server sees them on its socket (specification, section 1), well formed or not. */
import type { Socket } from 'node:net';

/** The flags of a token. */
export const TokenFlag = {
  NOOP: 0x01,
  CONTEXT: 0x02,
  DATA: 0x04,
  MIC: 0x08,
  CONTEXT_NEXT: 0x10,
  SEND_MIC: 0x20,
  PROTOCOL: 0x40,
} as const;

/** The flags of the client's first token, where it speaks protocol 2 or 3. */
export const START = TokenFlag.NOOP | TokenFlag.CONTEXT_NEXT | TokenFlag.PROTOCOL;
/** The flags of context tokens in protocol 2 and 3. */
export const CONTEXT_V2 = TokenFlag.CONTEXT | TokenFlag.PROTOCOL;
/** The flags of messages in protocol 2 and 3. */
export const DATA_V2 = TokenFlag.DATA | TokenFlag.PROTOCOL;
/** The flags of a command in protocol 1. */
export const COMMAND_V1 = TokenFlag.DATA | TokenFlag.SEND_MIC;

/** The largest token, header included, in octets. */
export const TOKEN_MAX_LENGTH = 1024 * 1024;

export const HEADER_LENGTH = 5;

/** The largest length that a header can claim: 4 GiB less an octet. */
export const LARGEST_LENGTH = 0xffff_ffff;

export interface WireToken {
  readonly flags: number;
  readonly payload: Buffer;
}

/** A token as bytes. `length` is what its header claims: the payload's without it. */
export function frame(flags: number, payload: Uint8Array, length = payload.length): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt8(flags);
  header.writeUInt32BE(length, 1);
  return Buffer.concat([header, payload]);
}

/** The client hung up: the end of every script that waits for it. */
export class ClientGone extends Error {}

/** Gives, at each call, the client's next token. It rejects with ClientGone where none will come. */
export function readTokens(socket: Socket): () => Promise<WireToken> {
  let bytes = Buffer.alloc(0);
  let gone = false;
  let wake: () => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    wake();
  });
  const onGone = () => {
    gone = true;
    wake();
  };
  socket.on('end', onGone);
  socket.on('close', onGone);

  function take(): WireToken | undefined {
    if (bytes.length < HEADER_LENGTH) {
      return undefined;
    }
    const end = HEADER_LENGTH + bytes.readUInt32BE(1);
    if (bytes.length < end) {
      return undefined;
    }
    const token = { flags: bytes.readUInt8(), payload: bytes.subarray(HEADER_LENGTH, end) };
    bytes = bytes.subarray(end);
    return token;
  }

  return async () => {
    for (;;) {
      const token = take();
      if (token !== undefined) {
        return token;
      }
      if (gone) {
        throw new ClientGone('the client hung up');
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
}
