/** Makes an error of MESSAGE_ERROR. */
import { RemctlProtocolError } from '../errors.js';
import type { ErrorToken } from '../tokens.js';

/** Returns the server's text, decoded as UTF-8, and its code. The command's state is `finished`: it has an answer. */
export function protocolError(token: ErrorToken): RemctlProtocolError {
  const error = new RemctlProtocolError(token.error, new TextDecoder().decode(token.output));
  error.commandState = 'finished';
  return error;
}
