/** What the server knows of a connected client. */

export interface Client {
  /** The principal, as authenticated. */
  readonly principal: string;
  /** The numeric IP address. */
  readonly address: string;
  /** When the client's ticket ends. */
  readonly expires: Date;
}
