/** Wrapped messages with a wrong content (protocol, sections 2.2 to 2.8). */
import { MESSAGE_MAX_LENGTH, MessageType, VERSION_2 } from '@remctl/core/wire';
import { LARGEST_LENGTH } from '../servers/framing.js';
import { bytes, error, output, status, uint32 } from '../servers/messages.js';
import { invalid } from './endings.js';
import type { HostileCase } from './hostile-case.js';
import { failsReading, MALFORMED, prints, printsError } from './libremctl.js';
import { answerWithMessages, OUTPUT, STATUS } from './scripts.js';

/** libremctl reads a byte through a signed char. */
const signed = (byte: number): number => (byte > 0x7f ? byte - 0x100 : byte);

/** A message with a wrong version, and right in every other field. */
const ofVersion = (version: number): HostileCase => ({
  id: `message/version-${version}`,
  title: `a message of protocol version ${version} is refused`,
  serve: answerWithMessages(bytes(version, MessageType.STATUS, 0)),
  ending: invalid(),
  libremctl: failsReading(`unexpected protocol ${signed(version)} from server`),
});

/** A message of a type that no server sends. */
const ofType = (type: number, what: string): HostileCase => ({
  id: `message/type-${type}`,
  title: `a message of type ${type}, ${what}, is refused`,
  serve: answerWithMessages(bytes(VERSION_2, type, 0)),
  ending: invalid(),
  libremctl: failsReading(`unknown message type ${signed(type)} from server`),
});

/** Output on an unknown stream. libremctl's error names the version instead of the stream. */
const ofStream = (stream: number): HostileCase => ({
  id: `message/stream-${stream}`,
  title: `output on stream ${stream} is refused`,
  serve: answerWithMessages(output('out\n', stream), STATUS),
  ending: invalid(),
  libremctl: failsReading(`unexpected stream ${VERSION_2} from server`),
});

/** A message that is not as long as it claims, or not as long as its type requires. */
const ofLength = (id: string, what: string, message: Uint8Array): HostileCase => ({
  id: `message/${id}`,
  title: `${what} is refused`,
  serve: answerWithMessages(message, STATUS),
  ending: invalid(),
  libremctl: failsReading(MALFORMED),
});

/** An error with an unknown code. */
const withUnknownCode = (code: number): HostileCase => ({
  id: `message/error-code-${code}`,
  title: `an unknown error code, ${code}: "clients MUST accept error codes other than the ones above"`,
  serve: answerWithMessages(error(code, 'strange')),
  ending: { type: 'answered', tokens: [`error ${code}: strange`] },
  libremctl: printsError('strange'),
});

export const messageCases: readonly HostileCase[] = [
  ...[0, 1, 4, 255].map(ofVersion),
  ofType(0, 'which is unknown'),
  ofType(1, "a client's MESSAGE_COMMAND"),
  ofType(2, "a client's MESSAGE_QUIT"),
  ofType(8, 'which is unknown'),
  ofType(255, 'which is unknown'),
  ...[0, 3, 255].map(ofStream),
  ofLength('empty', 'a message of no bytes', bytes()),
  ofLength('short', 'a message of one byte', bytes(VERSION_2)),
  ofLength(
    'output-length-longer',
    'MESSAGE_OUTPUT that claims one byte more than it has',
    output('out\n', 1, 5),
  ),
  ofLength(
    'output-length-shorter',
    'MESSAGE_OUTPUT that claims one byte less than it has',
    output('out\n', 1, 3),
  ),
  ofLength(
    'output-length-largest',
    'MESSAGE_OUTPUT that claims 4 GiB',
    output('out\n', 1, LARGEST_LENGTH),
  ),
  ofLength(
    'output-cut',
    'MESSAGE_OUTPUT that ends inside of its length',
    output('').subarray(0, 5),
  ),
  ofLength(
    'error-length-longer',
    'MESSAGE_ERROR that claims one byte more than it has',
    error(6, 'no', 3),
  ),
  ofLength(
    'error-length-shorter',
    'MESSAGE_ERROR that claims one byte less than it has',
    error(6, 'no', 1),
  ),
  ofLength(
    'error-length-largest',
    'MESSAGE_ERROR that claims 4 GiB',
    error(6, 'no', LARGEST_LENGTH),
  ),
  ofLength('error-cut', 'MESSAGE_ERROR that ends inside of its code', error(6, '').subarray(0, 4)),
  ofLength('status-longer', 'MESSAGE_STATUS with one byte more', bytes(STATUS, 0)),
  ofLength(
    'status-four-octets',
    'MESSAGE_STATUS with a number of four bytes',
    bytes(VERSION_2, MessageType.STATUS, uint32(0)),
  ),
  ofLength('status-cut', 'MESSAGE_STATUS without its status', bytes(VERSION_2, MessageType.STATUS)),
  {
    id: 'message/over-64-kib',
    title: 'a message of more than 64 KiB in a token of less than 1 MiB is refused',
    serve: answerWithMessages(output('x'.repeat(MESSAGE_MAX_LENGTH)), STATUS),
    ending: invalid(),
    libremctl: prints('x'.repeat(MESSAGE_MAX_LENGTH)),
    difference: 'section 1 limits a wrapped message to 64 KiB; libremctl takes up to 1 MiB',
  },
  ...[0, 4711, LARGEST_LENGTH].map(withUnknownCode),
  {
    id: 'message/error-after-output',
    title: 'MESSAGE_ERROR: "it may be sent after one or more MESSAGE_OUTPUT messages"',
    serve: answerWithMessages(OUTPUT, error(1, 'broke')),
    ending: { type: 'answered', tokens: ['output 1: out\n', 'error 1: broke'] },
    libremctl: printsError('broke', 'out\n'),
  },
  {
    id: 'message/status-255',
    title: 'the highest exit status is reported unchanged',
    serve: answerWithMessages(status(255)),
    ending: { type: 'answered', tokens: ['status 255'] },
    libremctl: prints('', 255),
  },
];
