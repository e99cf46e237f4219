/** Loopback ports: finds a free one, listens, waits for an answer. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from './system-error.js';

export const LOOPBACK = '127.0.0.1';
/**
 * Attempts to start a server, each on another free port: another process may take the port first.
 */
export const PORT_ATTEMPTS = 5;
/** Milliseconds that a daemon has to answer on its port. */
export const START_TIMEOUT_MS = 10_000;
/** Milliseconds between two attempts to connect. */
const POLL_MS = 10;

/** Has `server` listen on TCP; 0 is any free port. Returns the port. Throws the system's error. */
export async function listen(server: Server, port = 0, host = LOOPBACK): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('a TCP port was expected');
  }
  return address.port;
}

/**
 * Has TCP and UDP listen on one port. With port 0, tries another one if only TCP has it free. Throws the
 * system's error.
 */
export async function listenOnBoth(
  tcp: Server,
  wanted = 0,
  address = LOOPBACK,
): Promise<{ udp: Socket; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await listen(tcp, wanted, address);
    const udp = createSocket('udp4');
    try {
      udp.bind(port, address);
      await once(udp, 'listening');
      return { udp, port };
    } catch (error) {
      udp.close();
      await new Promise((resolve) => tcp.close(resolve));
      if (wanted !== 0 || attempt === PORT_ATTEMPTS || !hasCode(error, 'EADDRINUSE')) {
        throw error;
      }
    }
  }
}

/** Returns a TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

/**
 * Waits until the port takes a connection. Returns false if `ended` settles first, or after
 * `timeoutMs` milliseconds.
 */
export async function waitForPort(
  port: number,
  ended: Promise<unknown>,
  timeoutMs: number,
  host = LOOPBACK,
): Promise<boolean> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const deadline = performance.now() + timeoutMs;
  while (!over && performance.now() < deadline) {
    if (await answers(port, host)) {
      return true;
    }
    await sleep(POLL_MS);
  }
  return false;
}
