/** A socket whose other side sends given bytes, then ends. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export interface ScriptedSocket {
  readonly socket: Socket;
  /** Sends the bytes in chunks of `size`, then the end of the stream. */
  send(data: Uint8Array, size: number): void;
  /** Settles when the socket is closed. Returns what was written to it. */
  closed(): Promise<Buffer>;
}

/** Makes a socket that is open in both directions. It has what a server uses of one, and no timers. */
export function scriptedSocket(): ScriptedSocket {
  const written: Buffer[] = [];
  let bytesRead = 0;
  const stream = new Duplex({
    allowHalfOpen: true,
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      written.push(Buffer.from(chunk));
      done();
    },
  });
  const over = new Promise<void>((resolve) => stream.once('close', resolve));
  Object.assign(stream, { setTimeout: () => stream, setKeepAlive: () => stream });
  Object.defineProperty(stream, 'bytesRead', { get: () => bytesRead });
  return {
    socket: stream as unknown as Socket,
    send(data, size) {
      for (let at = 0; at < data.length; at += size) {
        const chunk = data.subarray(at, at + size);
        bytesRead += chunk.length;
        stream.push(chunk);
      }
      stream.push(null);
    },
    async closed() {
      await over;
      return Buffer.concat(written);
    },
  };
}
