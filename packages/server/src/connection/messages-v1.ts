/** The answer of protocol 1 (protocol, section 3). */
import { MESSAGE_MAX_LENGTH, NUMBER_LENGTH } from '@remctl/core/wire';

/** An answer's exit status and the length of its output come first. */
const ANSWER_HEADER_LENGTH = 2 * NUMBER_LENGTH;

/** Bytes of output that an answer has room for. */
export const OUTPUT_MAX_LENGTH_V1 = MESSAGE_MAX_LENGTH - ANSWER_HEADER_LENGTH;

/** The exit status of an answer that is an error. */
export const ERROR_STATUS = -1;

/** Encodes an answer. `output` has at most OUTPUT_MAX_LENGTH_V1 bytes. */
export function answerMessage(status: number, output: Uint8Array): Uint8Array {
  const message = Buffer.alloc(ANSWER_HEADER_LENGTH + output.length);
  message.writeInt32BE(status, 0);
  message.writeUInt32BE(output.length, NUMBER_LENGTH);
  message.set(output, ANSWER_HEADER_LENGTH);
  return message;
}
