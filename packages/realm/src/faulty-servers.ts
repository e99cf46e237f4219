/** Servers that stop reading, hang up at first, or never answer. */
import { Transform } from 'node:stream';
import { type RemctldProxy, startProxy } from './tcp-proxy.js';

export interface StallingProxy extends RemctldProxy {
  /** Stops taking bytes from clients for good. Connections stay open. */
  stall(): void;
}

/** Starts a proxy that changes nothing until `stall()`; then it is a server that does not read. */
export async function startStallingProxy(target: number): Promise<StallingProxy> {
  let stalled = false;
  const proxy = await startProxy(target, {
    fromClient: () =>
      new Transform({
        transform(chunk: Buffer, _encoding, done) {
          // Without a call of done() nothing more is read from the client's socket.
          if (!stalled) {
            done(null, chunk);
          }
        },
      }),
  });
  return Object.assign(proxy, {
    stall() {
      stalled = true;
    },
  });
}

/**
 * Starts a proxy that hangs up on the first `drops` connections, each after the client's first
 * bytes, and changes nothing on later ones.
 */
export function startDroppingProxy(target: number, drops: number): Promise<RemctldProxy> {
  return startProxy(target, {
    refuse(client, count) {
      if (count > drops) {
        return false;
      }
      client.once('data', () => client.end());
      return true;
    },
  });
}

/** Starts a server that takes connections, reads, and never sends a byte. */
export function startSilentServer(): Promise<RemctldProxy> {
  return startProxy(0, {
    refuse(client) {
      client.resume();
      client.once('end', () => client.destroy());
      return true;
    },
  });
}
