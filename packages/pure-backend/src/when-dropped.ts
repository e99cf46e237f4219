/** Closes connections that nobody holds any more. */
import type { Connection } from '@remctl/core';

const dropped = new FinalizationRegistry<() => void>((close) => close());

/**
 * The same connection, closed by `close` some time after it was garbage-collected, unless it was closed
 * or aborted before. `close` must not hold the connection.
 *
 * A connection whose call waits is held by what waits: the socket's listeners hold the channel, the
 * channel the promise, and the promise the caller.
 */
export function closedWhenDropped(connection: Connection, close: () => void): Connection {
  const token = {};
  const watched: Connection = {
    ...connection,
    close() {
      dropped.unregister(token);
      return connection.close();
    },
    abort() {
      dropped.unregister(token);
      connection.abort();
    },
  };
  dropped.register(watched, close, token);
  return watched;
}
