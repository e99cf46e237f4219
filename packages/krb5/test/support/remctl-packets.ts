/** The frames of tokens and the types of messages. Source: protocol, sections 1 and 2. */
import type { TokenConnection } from './connection.js';

export const TOKEN_NOOP_NEXT_PROTOCOL = 0x51;
export const TOKEN_CONTEXT_PROTOCOL = 0x42;
export const TOKEN_DATA_PROTOCOL = 0x44;

export const MessageType = { COMMAND: 1, QUIT: 2, OUTPUT: 3, STATUS: 4, ERROR: 5 } as const;

export function packet(flags: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header[0] = flags;
  header.writeUInt32BE(payload.length, 1);
  return Buffer.concat([header, payload]);
}

export async function readPacket(
  connection: TokenConnection,
): Promise<{ readonly flags: number; readonly payload: Buffer }> {
  const header = await connection.read(5);
  return { flags: header.readUInt8(), payload: await connection.read(header.readUInt32BE(1)) };
}
