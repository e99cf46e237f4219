/** Failures that a backend reports. */
import { type NetworkPhase, RemctlNetworkError } from '../../src/errors.js';

/** Makes the error for a server that closed the connection. */
export const endOfFile = (phase: NetworkPhase) =>
  new RemctlNetworkError('unexpected end of file', { code: 'EOF', phase });
