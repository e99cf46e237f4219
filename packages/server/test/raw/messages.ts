/** Encodes a client's messages, well formed or not (protocol, sections 2.4, 2.7, 2.8 and 3). */
import { bytes, uint32 } from '@remctl/conformance/internal/servers';
import { Continue, MessageType, VERSION_2, VERSION_3 } from '@remctl/core/wire';

/** MESSAGE_NOOP. */
export const NOOP: Buffer = bytes(VERSION_3, MessageType.NOOP);
/** MESSAGE_QUIT. */
export const QUIT: Buffer = bytes(VERSION_2, MessageType.QUIT);

/** An argument of a command, preceded by its length; `length` is the one that it claims. */
export function argument(value: string | Uint8Array, length = Buffer.byteLength(value)): Buffer {
  return bytes(uint32(length), value);
}

/**
 * Encodes a command's data: the number of arguments, then the arguments. `count` is the number that
 * it claims.
 */
export function commandData(command: readonly string[], count = command.length): Buffer {
  return bytes(uint32(count), ...command.map((each) => argument(each)));
}

export interface CommandHeader {
  readonly version?: number;
  readonly keepAlive?: number;
  readonly continued?: number;
}

/** Encodes a MESSAGE_COMMAND that holds `data`; by default a whole command with keep-alive. */
export function commandMessage(data: Uint8Array, header: CommandHeader = {}): Buffer {
  const { version = VERSION_2, keepAlive = 1, continued = Continue.WHOLE } = header;
  return bytes(version, MessageType.COMMAND, keepAlive, continued, data);
}
