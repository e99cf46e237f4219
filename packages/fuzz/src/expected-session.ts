/**
 * What a server must answer to a client's bytes.
 *
 * It is written from the protocol and from remctld's behaviour, without the server's code. The messages
 * are not protected.
 */
import {
  Continue,
  MESSAGE_MAX_LENGTH,
  MESSAGE_TOKEN_FLAGS,
  MessageType,
  TOKEN_HEADER_LENGTH,
  TOKEN_MAX_LENGTH,
  TokenFlag,
  VERSION_2,
  VERSION_3,
} from '@remctl/core/wire';

/** A piece of output. */
export interface OutputPiece {
  readonly stream: 1 | 2;
  readonly output: Buffer;
}

/** The result of a command: its output, then a status or an error. */
export interface CommandAnswer {
  readonly outputs: readonly OutputPiece[];
  readonly end: { readonly status: number } | { readonly code: number; readonly text: string };
}

export interface ExpectedLimits {
  readonly contextTokenBytes: number;
  readonly arguments: number;
  /** Bytes of a whole command: fewer than this. */
  readonly commandBytes: number;
  /** Bytes of a command in several messages: at most this many. */
  readonly allCommandBytes: number;
}

export interface ExpectedSession {
  /** The commands that run, in their order. */
  readonly commands: readonly (readonly Buffer[])[];
  /**
   * Everything that the server sends, with an output message for each piece of output: a server may
   * divide and join the output of one stream as it likes, see `joinOutput`.
   */
  readonly sent: Buffer;
}

const INVALID_TOKEN = 'Invalid token';
const INVALID_COMMAND = 'Invalid command token';
const TOO_MUCH_DATA = 'Too much data';

/** A command that cannot be run. */
interface Refused {
  readonly code: number;
  readonly text: string;
}

type Command = readonly Buffer[] | Refused;

const isRefused = (command: Command): command is Refused => 'code' in command;

function uint32(value: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(value >>> 0);
  return number;
}

/** Reads a command's data. */
function readCommand(data: Buffer, most: number): Command {
  if (data.length < 4) {
    return { code: 4, text: INVALID_COMMAND };
  }
  const count = data.readUInt32BE();
  if (count === 0) {
    return { code: 5, text: 'Unknown command' };
  }
  if (count > most) {
    return { code: 7, text: 'Too many arguments' };
  }
  const command: Buffer[] = [];
  let rest = data.subarray(4);
  for (let each = 0; each < count; each++) {
    const length = rest.length < 4 ? Number.POSITIVE_INFINITY : rest.readUInt32BE();
    if (rest.length < 4 + length) {
      return { code: 4, text: INVALID_COMMAND };
    }
    command.push(rest.subarray(4, 4 + length));
    rest = rest.subarray(4 + length);
  }
  return rest.length === 0 ? command : { code: 4, text: INVALID_COMMAND };
}

/** Takes tokens from the front of bytes. */
function tokensOf(data: Buffer) {
  let rest = data;
  return (most: number): { flags: number; payload: Buffer } | 'end' | 'too large' => {
    if (rest.length < TOKEN_HEADER_LENGTH) {
      return 'end';
    }
    const length = rest.readUInt32BE(1);
    if (length > most) {
      return 'too large';
    }
    const payload = rest.subarray(TOKEN_HEADER_LENGTH, TOKEN_HEADER_LENGTH + length);
    if (payload.length < length) {
      return 'end';
    }
    const flags = rest.readUInt8();
    rest = rest.subarray(TOKEN_HEADER_LENGTH + length);
    return { flags, payload };
  };
}

/**
 * Returns a server's tokens with all output of one stream that comes in a row in one message, which may be
 * longer than a message may be. Throws an Error if there is more than whole tokens.
 */
export function joinOutput(sent: Buffer): Buffer {
  const next = tokensOf(sent);
  const joined: Buffer[] = [];
  let output: OutputPiece | undefined;
  let length = 0;
  const finish = () => {
    if (output !== undefined && output.output.length > 0) {
      joined.push(Buffer.of(MessageType.OUTPUT, output.stream), output.output);
    }
    output = undefined;
  };
  for (let token = next(sent.length); typeof token !== 'string'; token = next(sent.length)) {
    const { flags, payload } = token;
    length += TOKEN_HEADER_LENGTH + payload.length;
    const isOutput = flags === MESSAGE_TOKEN_FLAGS && payload[1] === MessageType.OUTPUT;
    const stream = payload[2] === 1 ? 1 : 2;
    if (!isOutput || output?.stream !== stream) {
      finish();
    }
    if (isOutput) {
      const before: Buffer = output?.output ?? Buffer.alloc(0);
      output = { stream, output: Buffer.concat([before, payload.subarray(7)]) };
    } else {
      joined.push(Buffer.of(flags), uint32(payload.length), payload);
    }
  }
  finish();
  if (length !== sent.length) {
    throw new Error('a server sent a token that is not whole');
  }
  return Buffer.concat(joined);
}

/** Returns what must happen. `answerTo` is what the server's commands do. */
export function expectedSession(
  data: Buffer,
  limits: ExpectedLimits,
  contextToken: Uint8Array,
  answerTo: (command: readonly Buffer[]) => CommandAnswer,
): ExpectedSession {
  const next = tokensOf(data);
  const commands: (readonly Buffer[])[] = [];
  const sent: Buffer[] = [];
  const send = (flags: number, ...parts: readonly (number | string | Uint8Array)[]) => {
    const payload = Buffer.concat(
      parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))),
    );
    sent.push(Buffer.of(flags), uint32(payload.length), payload);
  };
  const done = () => ({ commands, sent: Buffer.concat(sent) });

  const first = next(limits.contextTokenBytes);
  if (typeof first === 'string' || (first.flags !== 0x51 && first.flags !== 0x11)) {
    return done();
  }
  const second = next(limits.contextTokenBytes);
  if (typeof second === 'string' || (second.flags !== 0x42 && second.flags !== 0x02)) {
    return done();
  }
  const protocol = first.flags === 0x51 && second.flags === 0x42 ? 2 : 1;
  send(protocol === 2 ? 0x42 : 0x02, contextToken);

  const error = (code: number, text: string) => {
    if (protocol === 1) {
      const line = `${text}\n`;
      send(TokenFlag.DATA, uint32(-1), uint32(line.length), line);
    } else {
      const { ERROR } = MessageType;
      send(MESSAGE_TOKEN_FLAGS, VERSION_2, ERROR, uint32(code), uint32(text.length), text);
    }
  };
  const run = (command: readonly Buffer[]) => {
    commands.push(command);
    const { outputs, end } = answerTo(command);
    for (const { stream, output } of protocol === 2 ? outputs : []) {
      const { OUTPUT } = MessageType;
      send(MESSAGE_TOKEN_FLAGS, VERSION_2, OUTPUT, stream, uint32(output.length), output);
    }
    if ('code' in end) {
      error(end.code, end.text);
    } else if (protocol === 1) {
      const output = Buffer.concat(outputs.map((piece) => piece.output));
      send(TokenFlag.DATA, uint32(end.status), uint32(output.length), output);
    } else {
      send(MESSAGE_TOKEN_FLAGS, VERSION_2, MessageType.STATUS, end.status);
    }
  };

  /** What came of a command in several messages; undefined between commands. */
  let parts: Buffer[] | undefined;
  for (;;) {
    const token = next(TOKEN_MAX_LENGTH);
    if (token === 'end') {
      return done();
    }
    if (token === 'too large') {
      error(protocol === 1 ? 8 : 2, protocol === 1 ? TOO_MUCH_DATA : INVALID_TOKEN);
      return done();
    }
    const { flags, payload: message } = token;
    if ((flags & TokenFlag.SEND_MIC) !== 0 && (flags & TokenFlag.PROTOCOL) === 0) {
      send(TokenFlag.MIC, message);
    }
    if (protocol === 1) {
      const command: Command =
        message.length > MESSAGE_MAX_LENGTH
          ? { code: 8, text: TOO_MUCH_DATA }
          : readCommand(message, limits.arguments);
      if (isRefused(command)) {
        error(command.code, command.text);
      } else {
        run(command);
      }
      return done();
    }
    const [version, type, keepAlive, continued] = message;
    if (version !== VERSION_2 && version !== VERSION_3) {
      send(MESSAGE_TOKEN_FLAGS, VERSION_2, MessageType.VERSION, VERSION_3);
      if (parts !== undefined) {
        return done();
      }
    } else if (type === MessageType.COMMAND) {
      const before: readonly Buffer[] = parts ?? [];
      const wasContinued = parts !== undefined;
      parts = undefined;
      const piece = message.subarray(4);
      const total = before.reduce((sum, { length }) => sum + length, piece.length);
      const isLast = wasContinued ? continued === Continue.LAST : continued === Continue.WHOLE;
      const isMore = continued === (wasContinued ? Continue.MIDDLE : Continue.FIRST);
      let command: Command | undefined;
      if (message.length > MESSAGE_MAX_LENGTH) {
        command = { code: 8, text: TOO_MUCH_DATA };
      } else if (!isLast && !isMore) {
        command = { code: 4, text: INVALID_COMMAND };
      } else if (
        total >= limits.commandBytes ||
        ((isMore || wasContinued) && total > limits.allCommandBytes)
      ) {
        command = { code: 8, text: TOO_MUCH_DATA };
      } else if (isLast) {
        command = readCommand(Buffer.concat([...before, piece]), limits.arguments);
      } else {
        parts = [...before, piece];
      }
      if (command !== undefined) {
        if (isRefused(command)) {
          error(command.code, command.text);
        } else {
          run(command);
        }
        // A message without the flag says as much as one without keep-alive does not.
        if (keepAlive === 0) {
          return done();
        }
      }
    } else if (type === MessageType.QUIT) {
      return done();
    } else if (parts !== undefined) {
      error(9, 'Unexpected message');
      return done();
    } else if (type === MessageType.NOOP) {
      send(MESSAGE_TOKEN_FLAGS, VERSION_3, MessageType.NOOP);
    } else {
      error(3, 'Unknown message');
    }
  }
}
