/** A server's messages, of protocol 2 and 3 and of protocol 1. */
import { RemctlInvalidTokenError } from '@remctl/core';
import { requireThat, unlessRefused } from '../findings.js';
import { decodeAnswerV1, decodeMessage } from '../pure-backend.js';

export function fuzz(data: Buffer): void {
  const message = unlessRefused([RemctlInvalidTokenError], () => decodeMessage(data));
  if (message?.type === 'output' || message?.type === 'error') {
    requireThat(
      'the output is the end of the message',
      data.subarray(-message.output.length || data.length).equals(message.output),
    );
  }
  const answer = unlessRefused([RemctlInvalidTokenError], () => decodeAnswerV1(data));
  requireThat(
    'an answer of protocol 1 ends in its status',
    answer === undefined || answer.at(-1)?.type === 'status',
  );
}
