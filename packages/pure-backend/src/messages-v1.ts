/** The command and its answer in protocol 1 (protocol, section 3). */
import type { OutputToken, StatusToken } from '@remctl/core';
import { malformedMessage } from '@remctl/core/failures';
import { asBuffer, MESSAGE_MAX_LENGTH, NUMBER_LENGTH, STDOUT } from '@remctl/core/wire';

const HEADER_LENGTH = 8;
/** The status of a server's failure, -1: protocol 1 has no error message, the text is the output. */
const FAILURE = 0xffff_ffff;
const FAILURE_STATUS = 255;
const MAX_STATUS = 255;

/** Encodes a command, which core has checked: it fits in one message. */
export function encodeCommandV1(command: readonly Uint8Array[]): Uint8Array {
  let length = NUMBER_LENGTH;
  for (const argument of command) {
    length += NUMBER_LENGTH + argument.length;
  }
  const message = Buffer.allocUnsafe(length);
  let at = message.writeUInt32BE(command.length, 0);
  for (const argument of command) {
    at = message.writeUInt32BE(argument.length, at);
    message.set(argument, at);
    at += argument.length;
  }
  return message;
}

/**
 * Decodes an answer into the tokens of protocol 2: output, if there is any, then the status. A server's
 * failure, -1 on the wire, is status 255. The output shares memory with `bytes`.
 *
 * Throws RemctlInvalidTokenError if the answer breaks section 3 of the protocol.
 */
export function decodeAnswerV1(bytes: Uint8Array): readonly (OutputToken | StatusToken)[] {
  if (bytes.length > MESSAGE_MAX_LENGTH) {
    throw malformedMessage(`${bytes.length} bytes`);
  }
  if (bytes.length < HEADER_LENGTH) {
    throw malformedMessage('it is too short');
  }
  const message = asBuffer(bytes);
  const sent = message.readUInt32BE(0);
  const status = sent === FAILURE ? FAILURE_STATUS : sent;
  if (status > MAX_STATUS) {
    throw malformedMessage(`exit status ${status}`);
  }
  if (message.readUInt32BE(4) !== message.length - HEADER_LENGTH) {
    throw malformedMessage("the answer's length is not its output's");
  }
  const output = message.subarray(HEADER_LENGTH);
  const end: StatusToken = { type: 'status', status };
  return output.length === 0 ? [end] : [{ type: 'output', output, stream: STDOUT }, end];
}
