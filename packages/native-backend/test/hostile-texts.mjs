// What the native backend alone says and does with hostile servers.
//
// It is JavaScript so that memory/run.mjs can read it too. Most texts are those of libremctl and of
// MIT Kerberos.
import { ANSWERED, unauthenticated } from '@remctl/conformance';

const DEFECTIVE = /Invalid token was supplied/;
const GSS_RECEIVING = /GSS-API error receiving token/;
const GSS_SENDING = /GSS-API error sending token/;
const INVALID_FORMAT = /invalid token format/;
const MALFORMED = /malformed result token from server/;
const NOT_UNWRAPPED = /GSS-API error receiving token|not encrypted/;
const TOO_LARGE = /token too large/;
const UNEXPECTED_TOKEN = /unexpected token from server/;

/** The texts of the errors. libremctl reads a byte through a signed char: it calls 255 -1. */
export const HOSTILE_TEXTS = {
  'authentication/oversized': TOO_LARGE,
  'authentication/zero-length': DEFECTIVE,
  'authentication/no-remctl-server': TOO_LARGE,
  'authentication/garbage': DEFECTIVE,
  'authentication/protocol-taken-up-later': INVALID_FORMAT,
  'authentication/bit-flipped': /Decrypt integrity check failed/,
  'authentication/replayed': /Mutual authentication failed/,
  'authentication/reflected': DEFECTIVE,
  'authentication/refused': /The ticket isn't for us/,
  'authentication/message-instead': DEFECTIVE,
  'token/at-limit': NOT_UNWRAPPED,
  'token/zero-length': NOT_UNWRAPPED,
  'token/flags-04': UNEXPECTED_TOKEN,
  'token/flags-00': UNEXPECTED_TOKEN,
  'token/flags-42': UNEXPECTED_TOKEN,
  'token/flags-64': UNEXPECTED_TOKEN,
  'token/flags-c4': UNEXPECTED_TOKEN,
  'protection/none': NOT_UNWRAPPED,
  'protection/signed-only': /not encrypted/,
  'protection/mic-instead': NOT_UNWRAPPED,
  'protection/forged': NOT_UNWRAPPED,
  'protection/shortened': NOT_UNWRAPPED,
  'protection/replayed': NOT_UNWRAPPED,
  'protection/reordered': NOT_UNWRAPPED,
  'protection/withheld': NOT_UNWRAPPED,
  'protection/reflected': NOT_UNWRAPPED,
  'protection/flipped-token-id': NOT_UNWRAPPED,
  'protection/flipped-direction': NOT_UNWRAPPED,
  'protection/flipped-sealed': NOT_UNWRAPPED,
  'protection/flipped-subkey': NOT_UNWRAPPED,
  'protection/flipped-filler': NOT_UNWRAPPED,
  'protection/flipped-ec': NOT_UNWRAPPED,
  'protection/flipped-rrc': NOT_UNWRAPPED,
  'protection/flipped-sequence': NOT_UNWRAPPED,
  'protection/flipped-body': NOT_UNWRAPPED,
  'protection/flipped-checksum': NOT_UNWRAPPED,
  'message/version-0': /unexpected protocol 0 from server/,
  'message/version-1': /unexpected protocol 1 from server/,
  'message/version-4': /unexpected protocol 4 from server/,
  'message/version-255': /unexpected protocol -1 from server/,
  'message/type-0': /unknown message type 0 from server/,
  'message/type-1': /unknown message type 1 from server/,
  'message/type-2': /unknown message type 2 from server/,
  'message/type-8': /unknown message type 8 from server/,
  'message/type-255': /unknown message type -1 from server/,
  'message/stream-0': /unexpected stream 2 from server/,
  'message/stream-3': /unexpected stream 2 from server/,
  'message/stream-255': /unexpected stream 2 from server/,
  'message/empty': MALFORMED,
  'message/short': MALFORMED,
  'message/output-length-longer': MALFORMED,
  'message/output-length-shorter': MALFORMED,
  'message/output-length-largest': MALFORMED,
  'message/output-cut': MALFORMED,
  'message/error-length-longer': MALFORMED,
  'message/error-length-shorter': MALFORMED,
  'message/error-length-largest': MALFORMED,
  'message/error-cut': MALFORMED,
  'message/status-longer': MALFORMED,
  'message/status-four-octets': MALFORMED,
  'message/status-cut': MALFORMED,
  'message/over-64-kib': /^malformed result token from server: a message of 65543 bytes/,
  'unasked/noop-for-command': /unknown message type 7/,
  'unasked/version-for-command': /unknown message type 6/,
  'unasked/noop-after-output': /unknown message type 7/,
  'noop/status': /unexpected message type 4/,
  'dripping/context-tokens': DEFECTIVE,
  'protocol-1/status-256': /^malformed result token from server: exit status 256:/,
  'protocol-1/status-2147483647': /^malformed result token from server: exit status 2147483647:/,
  'protocol-1/status-4294967040': /^malformed result token from server: exit status 4294967040:/,
  'protocol-1/mic-of-another': GSS_SENDING,
  'protocol-1/mic-flipped': GSS_SENDING,
  'protocol-1/mic-empty': GSS_SENDING,
  'protocol-1/no-mic': INVALID_FORMAT,
  'protocol-1/mic-flags': INVALID_FORMAT,
  'protocol-1/mic-oversized': TOO_LARGE,
  'protocol-1/answer-flags': UNEXPECTED_TOKEN,
  'protocol-1/signed-only': /not encrypted/,
  'protocol-1/replayed': GSS_RECEIVING,
  'protocol-1/answer-length-longer': MALFORMED,
  'protocol-1/answer-length-shorter': MALFORMED,
  'protocol-1/answer-length-largest': MALFORMED,
  'protocol-1/answer-cut': MALFORMED,
  'protocol-1/flipped': GSS_RECEIVING,
};

const FLAGS_UNREAD =
  'libremctl reads TOKEN_PROTOCOL alone in the flags of a context token, and hands on no flags; the GSS-API checks the payload';

/** The cases that the native backend ends differently from the others, and why it must. */
export const HOSTILE_DIFFERENCES = {
  'authentication/flags-data': { ending: ANSWERED, because: FLAGS_UNREAD },
  'authentication/flags-more': { ending: ANSWERED, because: FLAGS_UNREAD },
  'authentication/flags-unknown': { ending: ANSWERED, because: FLAGS_UNREAD },
  'authentication/no-flags': { ending: ANSWERED, because: FLAGS_UNREAD },
  'authentication/message-instead': { ending: unauthenticated(), because: FLAGS_UNREAD },
  'noop/longer': {
    ending: ANSWERED,
    because: 'libremctl compares no length of a NOOP, and hands on nothing of the NOOP',
  },
};
