/** Sockets that listen on this machine's loopback address. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Server } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** Has `server` listen on a free port, and returns the port. */
export async function listenTcp(server: Server): Promise<number> {
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the server has no port');
  }
  return address.port;
}

/** Returns a socket that gives each datagram to `receive`; port 0 stands for a free one. */
export async function listenUdp(
  receive: (datagram: Buffer, from: RemoteInfo) => void,
  port = 0,
): Promise<Socket> {
  const socket = createSocket('udp4', receive);
  socket.bind(port, LOOPBACK);
  await once(socket, 'listening');
  return socket;
}
