/** MESSAGE_ERROR as an error. */
import { RemctlProtocolError } from './errors.js';
import type { ErrorToken } from './tokens.js';

/**
 * The server's text, decoded as UTF-8, and its code. The command has an answer: its state is
 * `finished`.
 */
export function protocolError(token: ErrorToken): RemctlProtocolError {
  const error = new RemctlProtocolError(token.error, new TextDecoder().decode(token.output));
  error.commandState = 'finished';
  return error;
}
