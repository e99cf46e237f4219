/** The messages of a client, and what a server's messages say. */
import { Continue, MessageType, NUMBER_LENGTH, VERSION_2 } from '@remctl/core/wire';

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(NUMBER_LENGTH);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Encodes arguments with their count and lengths. */
export function commandData(command: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat([
    uint32(command.length),
    ...command.flatMap((each) => {
      const bytes = Buffer.from(each);
      return [uint32(bytes.length), bytes];
    }),
  ]);
}

export interface CommandOptions {
  readonly keepAlive?: number;
  readonly status?: number;
  readonly version?: number;
}

/** Encodes a MESSAGE_COMMAND with any data. */
export function commandMessage(
  data: Uint8Array,
  { keepAlive = 1, status = Continue.WHOLE, version = VERSION_2 }: CommandOptions = {},
): Buffer {
  return Buffer.concat([Buffer.of(version, MessageType.COMMAND, keepAlive, status), data]);
}

/** Encodes a whole command. */
export function command(words: readonly (string | Uint8Array)[], options?: CommandOptions): Buffer {
  return commandMessage(commandData(words), options);
}

export const QUIT = Buffer.of(VERSION_2, MessageType.QUIT);
export const NOOP = Buffer.of(3, MessageType.NOOP);

/** Says what a server's message is, such as `error 4: Invalid command token`. */
export function said(message: Buffer): string {
  switch (message[1]) {
    case MessageType.OUTPUT:
      return `output ${message[2]}: ${message.subarray(7)}`;
    case MessageType.STATUS:
      return `status ${message[2]}`;
    case MessageType.ERROR:
      return `error ${message.readUInt32BE(2)}: ${message.subarray(10)}`;
    case MessageType.VERSION:
      return `version ${message[2]}`;
    case MessageType.NOOP:
      return `noop ${message[0]}`;
    default:
      return `type ${message[1]}`;
  }
}
