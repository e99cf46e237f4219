/** The interface between connections and commands. */
import type { Client } from './client.js';
import type { Reply } from './reply.js';

/**
 * Runs one command of a client, and answers through `reply` with output and one status or error. `command`
 * has at least one argument. `signal` aborts when the client has gone or the server closes. Settles when the
 * command has ended, its processes too. Never rejects.
 */
export type Execute = (
  client: Client,
  command: readonly Buffer[],
  reply: Reply,
  signal: AbortSignal,
) => Promise<void>;
