/** What is known of a client's connection. */
import type { Connection } from './backend.js';

/** A client's connection. What the backend cannot know is undefined. */
export interface ConnectionInfo {
  /** 1, or 2, which stands for 2 and 3. */
  readonly protocol: 1 | 2;
  readonly port: number;
  /** The numeric address that the connection leads to. */
  readonly address: string | undefined;
  /** The principal that the server has proved to be. */
  readonly serverPrincipal: string | undefined;
  /** The principal that the server knows this client by. */
  readonly clientPrincipal: string | undefined;
  /**
   * When the server's ticket ends, by this machine's clock. An open connection outlives it: a server may end
   * the connection then, and another open needs another ticket.
   */
  readonly ticketEnd: Date | undefined;
}

/** Returns the frozen facts of a connection, which do not change any more. */
export function connectionInfo({ protocol, details }: Connection, port: number): ConnectionInfo {
  const { address, serverPrincipal, clientPrincipal, ticketEnd } = details ?? {};
  return Object.freeze({
    protocol,
    port,
    address,
    serverPrincipal,
    clientPrincipal,
    ticketEnd: ticketEnd && new Date(ticketEnd),
  });
}
