/** Messages, well protected, that are not what sections 2.2 to 2.8 of the specification allow. */
import { MESSAGE_MAX_LENGTH, MessageType, VERSION_2 } from '@remctl/core/wire';
import { LARGEST_LENGTH } from '../servers/framing.js';
import { bytes, error, output, status, uint32 } from '../servers/messages.js';
import { invalid } from './endings.js';
import type { HostileCase } from './hostile-case.js';
import { failsReading, MALFORMED, prints, printsError } from './libremctl.js';
import { answerWithMessages, OUTPUT, STATUS } from './scripts.js';

/** libremctl reads an octet through a signed char. */
const signed = (octet: number): number => (octet > 0x7f ? octet - 0x100 : octet);

/** A message whose every field is right but its version. */
const ofVersion = (octet: number): HostileCase => ({
  id: `message/version-${octet}`,
  title: `a message of protocol version ${octet} is refused`,
  serve: answerWithMessages(bytes(octet, MessageType.STATUS, 0)),
  ending: invalid(),
  libremctl: failsReading(`unexpected protocol ${signed(octet)} from server`),
});

/** A message of a type that a server has not. */
const ofType = (octet: number, what: string): HostileCase => ({
  id: `message/type-${octet}`,
  title: `a message of type ${octet}, ${what}, is refused`,
  serve: answerWithMessages(bytes(VERSION_2, octet, 0)),
  ending: invalid(),
  libremctl: failsReading(`unknown message type ${signed(octet)} from server`),
});

/** libremctl names the message's version in place of the stream. */
const ofStream = (stream: number): HostileCase => ({
  id: `message/stream-${stream}`,
  title: `output on stream ${stream} is refused`,
  serve: answerWithMessages(output('out\n', stream), STATUS),
  ending: invalid(),
  libremctl: failsReading(`unexpected stream ${VERSION_2} from server`),
});

/** A message that is not as long as it says, or not as long as its type is. */
const ofLength = (id: string, what: string, message: Uint8Array): HostileCase => ({
  id: `message/${id}`,
  title: `${what} is refused`,
  serve: answerWithMessages(message, STATUS),
  ending: invalid(),
  libremctl: failsReading(MALFORMED),
});

const withUnknownCode = (code: number): HostileCase => ({
  id: `message/error-code-${code}`,
  title: `an error code that no one knows, ${code}: "clients MUST accept error codes other than the ones above"`,
  serve: answerWithMessages(error(code, 'strange')),
  ending: { type: 'answered', tokens: [`error ${code}: strange`] },
  libremctl: printsError('strange'),
});

export const messageCases: readonly HostileCase[] = [
  ...[0, 1, 4, 255].map(ofVersion),
  ofType(0, 'which there is none of'),
  ofType(1, "a client's MESSAGE_COMMAND"),
  ofType(2, "a client's MESSAGE_QUIT"),
  ofType(8, 'which there is none of'),
  ofType(255, 'which there is none of'),
  ...[0, 3, 255].map(ofStream),
  ofLength('empty', 'a message of no octets', bytes()),
  ofLength('short', 'a message of one octet', bytes(VERSION_2)),
  ofLength(
    'output-length-longer',
    'MESSAGE_OUTPUT that claims an octet more than it has',
    output('out\n', 1, 5),
  ),
  ofLength(
    'output-length-shorter',
    'MESSAGE_OUTPUT that claims an octet less than it has',
    output('out\n', 1, 3),
  ),
  ofLength(
    'output-length-largest',
    'MESSAGE_OUTPUT that claims 4 GiB',
    output('out\n', 1, LARGEST_LENGTH),
  ),
  ofLength('output-cut', 'MESSAGE_OUTPUT that ends in its length', output('').subarray(0, 5)),
  ofLength(
    'error-length-longer',
    'MESSAGE_ERROR that claims an octet more than it has',
    error(6, 'no', 3),
  ),
  ofLength(
    'error-length-shorter',
    'MESSAGE_ERROR that claims an octet less than it has',
    error(6, 'no', 1),
  ),
  ofLength(
    'error-length-largest',
    'MESSAGE_ERROR that claims 4 GiB',
    error(6, 'no', LARGEST_LENGTH),
  ),
  ofLength('error-cut', 'MESSAGE_ERROR that ends in its code', error(6, '').subarray(0, 4)),
  ofLength('status-longer', 'MESSAGE_STATUS with an octet more', bytes(STATUS, 0)),
  ofLength(
    'status-four-octets',
    'MESSAGE_STATUS with a number of four octets',
    bytes(VERSION_2, MessageType.STATUS, uint32(0)),
  ),
  ofLength('status-cut', 'MESSAGE_STATUS without its status', bytes(VERSION_2, MessageType.STATUS)),
  {
    id: 'message/over-64-kib',
    title: 'a message of more than 64 KiB is refused, in a token that is not too large',
    serve: answerWithMessages(output('x'.repeat(MESSAGE_MAX_LENGTH)), STATUS),
    ending: invalid(),
    libremctl: prints('x'.repeat(MESSAGE_MAX_LENGTH)),
    difference: 'section 1 has 64 KiB as the most that is wrapped; libremctl takes up to 1 MiB',
  },
  ...[0, 4711, LARGEST_LENGTH].map(withUnknownCode),
  {
    id: 'message/error-after-output',
    title: '"it may be sent after one or more MESSAGE_OUTPUT messages"',
    serve: answerWithMessages(OUTPUT, error(1, 'broke')),
    ending: { type: 'answered', tokens: ['output 1: out\n', 'error 1: broke'] },
    libremctl: printsError('broke', 'out\n'),
  },
  {
    id: 'message/status-255',
    title: 'the highest exit status there is',
    serve: answerWithMessages(status(255)),
    ending: { type: 'answered', tokens: ['status 255'] },
    libremctl: prints('', 255),
  },
];
