/** Whether something listens on a port. */
import { once } from 'node:events';
import { connect } from 'node:net';

/** Tells whether something listens on a TCP port of loopback. */
export async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
