/** Reads a server's tokens as short texts, by an own decoder. */
import {
  MESSAGE_TOKEN_FLAGS,
  MessageType,
  STDERR,
  STDOUT,
  TokenFlag,
  VERSION_2,
  VERSION_3,
} from '@remctl/core/wire';

/** The texts of a stream's output. */
const STREAMS: ReadonlyMap<number, string> = new Map([
  [STDOUT, 'stdout'],
  [STDERR, 'stderr'],
]);

/** A message that is not as the protocol says. */
const malformed = (message: Buffer) => `malformed ${message.toString('hex')}`;

/** Returns the text after a number of four bytes, if the number is the text's length. */
function counted(message: Buffer, at: number): string | undefined {
  const text = message.subarray(at + 4);
  return message.readUInt32BE(at) === text.length ? text.toString().trimEnd() : undefined;
}

/** Describes a message of protocols 2 and 3: `stdout TEXT`, `status N`, `error N TEXT`, and so on. */
export function describeMessage(message: Buffer): string {
  const [version, type, value] = message;
  const expected = type === MessageType.NOOP ? VERSION_3 : VERSION_2;
  if (version === expected) {
    if (type === MessageType.OUTPUT && message.length >= 7) {
      const text = counted(message, 3);
      const stream = STREAMS.get(value ?? 0);
      return text === undefined || stream === undefined ? malformed(message) : `${stream} ${text}`;
    }
    if (type === MessageType.STATUS && message.length === 3) {
      return `status ${value}`;
    }
    if (type === MessageType.ERROR && message.length >= 10) {
      const text = counted(message, 6);
      return text === undefined
        ? malformed(message)
        : `error ${message.readUInt32BE(2)} ${text}`.trimEnd();
    }
    if (type === MessageType.VERSION && message.length === 3) {
      return `version ${value}`;
    }
    if (type === MessageType.NOOP && message.length === 2) {
      return 'noop';
    }
  }
  return malformed(message);
}

/** Describes the answer of protocol 1: `answer STATUS TEXT`; an error has the status -1. */
export function describeAnswerV1(message: Buffer): string {
  const text = message.length < 8 ? undefined : counted(message, 4);
  return text === undefined
    ? malformed(message)
    : `answer ${message.readInt32BE()} ${text}`.trimEnd();
}

/** The flags that a server's token must have, by its kind and protocol. */
const FLAGS = {
  context: { 1: TokenFlag.CONTEXT, 2: TokenFlag.CONTEXT | TokenFlag.PROTOCOL },
  message: { 1: TokenFlag.DATA, 2: MESSAGE_TOKEN_FLAGS },
  mic: { 1: TokenFlag.MIC, 2: TokenFlag.MIC },
} as const;

/** Returns `answer`, with the token's flags if they are not those of its kind. */
export function withFlags(
  answer: string,
  kind: keyof typeof FLAGS,
  protocol: 1 | 2,
  flags: number,
): string {
  return FLAGS[kind][protocol] === flags ? answer : `${answer} with flags 0x${flags.toString(16)}`;
}
