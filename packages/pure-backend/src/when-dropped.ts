/** Closes a connection whose client nobody holds any more. */
import type { Connection } from '@remctl/core';
import { connectionAborted } from '@remctl/core/failures';
import type { Channel } from './channel.js';

const dropped = new FinalizationRegistry<() => void>((end) => end());

/**
 * Returns the same connection. Some time after it was garbage-collected it is closed, unless it was closed
 * or aborted before. `close` must not hold the connection.
 *
 * A connection whose call waits is held: the socket's listeners hold the channel, the channel holds the
 * promise, and the promise holds the caller.
 */
export function closedWhenDropped(
  connection: Connection,
  channel: Channel,
  close: () => Promise<void>,
): Connection {
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
  const end = () => {
    if (channel.hasToken()) {
      // Nobody will read what the server sends.
      channel.destroy(connectionAborted());
    } else {
      // `close` never rejects, and nobody waits for it.
      void close();
    }
  };
  dropped.register(watched, end, token);
  return watched;
}
