/** A TCP proxy that cuts, delays or regroups one direction's bytes. */
import type { Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { type RemctldProxy, startProxy } from './tcp-proxy.js';

/** The sender of the bytes. */
export type Direction = 'client' | 'server';

/**
 * A change to one direction of a connection. `offset` is a number of bytes in that direction. A
 * connection with fewer bytes stays unchanged.
 *
 * - `end`: after `offset` bytes the proxy ends the client's connection in order, with FIN
 * - `reset`: after `offset` bytes the proxy resets the client's connection, with RST
 * - `stall`: no bytes pass after `offset`, and the connection stays open
 * - `pause`: the bytes after `offset` pass `ms` milliseconds later
 * - `gather`: no bytes pass until `offset` bytes have come, or `ms` milliseconds have gone by
 * - `crumble`: every byte passes by itself
 */
export type Tampering =
  | { readonly type: 'end' | 'reset' | 'stall'; readonly offset: number }
  | { readonly type: 'pause' | 'gather'; readonly offset: number; readonly ms: number }
  | { readonly type: 'crumble' };

/** The bytes that each side of one connection sent. */
export type Traffic = Readonly<Record<Direction, Buffer>>;

export interface TamperingProxy extends RemctldProxy {
  /** Returns the bytes of each connection, including those that did not pass. */
  traffic(): readonly Traffic[];
  /** Ends open connections, and waits until remctld has ended each one, and so its command. */
  settle(): Promise<void>;
}

interface Recorded {
  readonly chunks: Readonly<Record<Direction, Buffer[]>>;
  readonly client: Socket;
  readonly remote: Socket;
}

/** Passes `offset` bytes from `from` to `to`, then calls `act` and passes no more. */
function cutAt(from: Socket, to: Socket, offset: number, act: () => void): void {
  let passed = 0;
  if (offset === 0) {
    act();
  }
  from.on('data', (chunk: Buffer) => {
    if (passed === offset) {
      return;
    }
    const head = chunk.subarray(0, offset - passed);
    passed += head.length;
    if (passed === offset) {
      to.write(head, act);
    } else {
      to.write(head);
    }
  });
  from.on('end', () => {
    if (passed < offset) {
      to.end();
    }
  });
}

/** Returns a transform that passes `offset` bytes at once, and later bytes after a pause. */
function pauseAt(offset: number, ms: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const before = passed;
      passed += chunk.length;
      if (before > offset || passed <= offset) {
        done(null, chunk);
        return;
      }
      if (before < offset) {
        this.push(chunk.subarray(0, offset - before));
      }
      setTimeout(() => done(null, chunk.subarray(offset - before)), ms);
    },
  });
}

/** Returns a transform that holds bytes until `offset` have come, or `ms` milliseconds are over. */
function gatherTo(offset: number, ms: number): Transform {
  let come = 0;
  let held: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;
  const release = (stream: Transform) => {
    clearTimeout(timer);
    timer = undefined;
    if (held.length > 0) {
      stream.push(Buffer.concat(held));
    }
    held = [];
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      come += chunk.length;
      held.push(chunk);
      if (come >= offset) {
        release(this);
      } else {
        timer ??= setTimeout(() => release(this), ms);
      }
      done();
    },
    flush(done) {
      release(this);
      done();
    },
  });
}

/** Returns a transform that passes each byte in a turn of the event loop of its own. */
function crumble(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const next = (at: number) => {
        if (at === chunk.length) {
          done();
          return;
        }
        this.push(chunk.subarray(at, at + 1));
        setImmediate(next, at + 1);
      };
      next(0);
    },
  });
}

function pass(from: Socket, to: Socket, tampering: Tampering, hangUp: () => void): void {
  switch (tampering.type) {
    case 'end':
    case 'reset':
      cutAt(from, to, tampering.offset, hangUp);
      break;
    case 'stall':
      cutAt(from, to, tampering.offset, () => undefined);
      break;
    case 'pause':
      from.pipe(pauseAt(tampering.offset, tampering.ms)).pipe(to);
      break;
    case 'gather':
      from.pipe(gatherTo(tampering.offset, tampering.ms)).pipe(to);
      break;
    case 'crumble':
      from.pipe(crumble()).pipe(to);
  }
}

/**
 * Starts a proxy that applies `tampering` to the bytes of `direction` on each connection. Without
 * `tampering` it only records.
 */
export async function startTamperingProxy(
  target: number,
  direction: Direction = 'client',
  tampering?: Tampering,
): Promise<TamperingProxy> {
  const connections: Recorded[] = [];
  const join = (client: Socket, remote: Socket) => {
    const chunks: Record<Direction, Buffer[]> = { client: [], server: [] };
    connections.push({ chunks, client, remote });
    const sides = [
      { of: 'client', from: client, to: remote },
      { of: 'server', from: remote, to: client },
    ] as const;
    for (const { of, from, to } of sides) {
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => {
        chunks[of].push(chunk);
      });
      if (of !== direction || tampering === undefined) {
        from.pipe(to);
      } else {
        pass(from, to, tampering, () => {
          remote.unpipe();
          remote.resume();
          if (tampering.type === 'reset') {
            client.resetAndDestroy();
          } else {
            client.end();
          }
        });
      }
    }
    // remctld may still end its command in order, although nobody waits for the answer.
    client.on('close', () => {
      remote.unpipe();
      remote.resume();
      remote.end();
    });
    remote.on('error', () => client.destroy());
    remote.on('close', () => client.end());
  };
  const proxy = await startProxy(target, { join });
  return Object.assign(proxy, {
    traffic: () =>
      connections.map(({ chunks }) => ({
        client: Buffer.concat(chunks.client),
        server: Buffer.concat(chunks.server),
      })),
    async settle() {
      await Promise.all(
        connections.map(async ({ client, remote }) => {
          client.destroy();
          if (remote.closed) {
            return;
          }
          // A reset counts as an end: remctld resets a connection that it ends while QUIT is
          // unread.
          await new Promise<void>((resolve) => remote.once('close', () => resolve()));
        }),
      );
    },
  });
}
