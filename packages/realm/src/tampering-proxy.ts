/** A TCP proxy that does one thing to the bytes of one direction, at one place. */
import type { Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { type RemctldProxy, startProxy } from './proxy.js';

/** Whose bytes. */
export type Direction = 'client' | 'server';

/**
 * What is done at `offset`, counted in bytes of a connection's one direction. A connection that does
 * not come so far is left alone.
 *
 * - `end`, `reset`: once so many bytes have passed, the client is hung up on, in order or with RST
 * - `stall`: no more bytes pass, and the connection stays open
 * - `pause`: what comes after is passed on `ms` milliseconds later
 * - `gather`: all is held back until so many bytes have come, but no longer than `ms` milliseconds
 * - `crumble`: every byte is passed on by itself
 */
export type Tampering =
  | { readonly type: 'end' | 'reset' | 'stall'; readonly offset: number }
  | { readonly type: 'pause' | 'gather'; readonly offset: number; readonly ms: number }
  | { readonly type: 'crumble' };

/** What came from each side of one connection. */
export type Traffic = Readonly<Record<Direction, Buffer>>;

export interface TamperingProxy extends RemctldProxy {
  /** What came, connection by connection, whether or not it was passed on. */
  traffic(): readonly Traffic[];
  /** Ends what is left, and waits until remctld has done with every connection, and so with its command. */
  settle(): Promise<void>;
}

interface Recorded {
  readonly chunks: Readonly<Record<Direction, Buffer[]>>;
  readonly client: Socket;
  readonly remote: Socket;
}

/** Cuts a direction: calls `act` once so many bytes have been handed to `to`. */
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

/** Passes so many bytes on at once, and what follows after a pause. */
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

/** Holds back until so many bytes have come, or the time is over. */
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

/** Passes byte after byte, each in a turn of the event loop of its own. */
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

/** Does `tampering` to the bytes of `direction`, on each connection anew; without it, only records. */
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
    // The server's answer is not wanted any more; it may end its command in order all the same.
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
          // remctld resets a connection that it ends while QUIT is unread: that is an end too.
          await new Promise<void>((resolve) => remote.once('close', () => resolve()));
        }),
      );
    },
  });
}
