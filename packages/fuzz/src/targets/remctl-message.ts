/** Target: a remctl server's messages, of protocol 1, 2 and 3. */
import { RemctlInvalidTokenError } from '@remctl/core';
import { requireThat, unlessRefused } from '../findings.js';
import { decodeAnswerV1, decodeMessage } from '../pure-backend-internals.js';

export function fuzz(data: Buffer): void {
  const message = unlessRefused([RemctlInvalidTokenError], () => decodeMessage(data));
  if (message?.type === 'output' || message?.type === 'error') {
    requireThat(
      'the message ends with its output',
      data.subarray(-message.output.length || data.length).equals(message.output),
    );
  }
  const answer = unlessRefused([RemctlInvalidTokenError], () => decodeAnswerV1(data));
  requireThat(
    'an answer of protocol 1 ends with its status',
    answer === undefined || answer.at(-1)?.type === 'status',
  );
}
