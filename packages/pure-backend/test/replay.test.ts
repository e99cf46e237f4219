/** An attacker between client and server, who relays and records, and plays it back later. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { useRealmForFile } from '@remctl/conformance';
import { Remctl } from '@remctl/core';
import { afterAll, expect, test, vi } from 'vitest';
import { createPureBackend } from '../src/index.js';

const HEADER_LENGTH = 5;
/** Where the command notes that it ran. */
const LEDGER = 'replayed';
const COMMAND = ['test', 'tally', LEDGER];
/** Sessions that are relayed, and those that are played back. */
const RELAYED = 30;
const REPLAYED = 300;

const realm = await useRealmForFile();
afterAll(async () => {
  vi.restoreAllMocks();
});

/** What the server sent in a session: its token of authentication, then its answer. */
interface Recording {
  readonly proof: Buffer;
  readonly answer: Buffer;
}

function firstToken(bytes: Buffer): Buffer {
  return bytes.subarray(0, HEADER_LENGTH + bytes.readUInt32BE(1));
}

async function startAttacker(port: number) {
  const recordings: Recording[] = [];
  const sockets = new Set<Socket>();
  let isReplaying = false;
  let sessions = 0;

  function relay(socket: Socket): void {
    const server = connect(port, '127.0.0.1');
    const pieces: Buffer[] = [];
    server.on('data', (bytes: Buffer) => pieces.push(bytes));
    socket.on('close', () => {
      server.destroy();
      const bytes = Buffer.concat(pieces);
      const proof = firstToken(bytes);
      recordings.push({ proof, answer: bytes.subarray(proof.length) });
    });
    server.on('error', () => socket.destroy());
    socket.pipe(server).pipe(socket);
  }

  function replay(socket: Socket): void {
    const recording = recordings[sessions % recordings.length];
    sessions += 1;
    let tokens = 0;
    let waiting = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
      while (waiting.length >= HEADER_LENGTH && waiting.length >= firstToken(waiting).length) {
        waiting = waiting.subarray(firstToken(waiting).length);
        tokens += 1;
        // The start, the request for a context, and the command.
        if (tokens === 2) {
          socket.write(recording?.proof ?? Buffer.alloc(0));
        }
        if (tokens === 3) {
          socket.write(recording?.answer ?? Buffer.alloc(0));
        }
      }
    });
  }

  const front = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    (isReplaying ? replay : relay)(socket);
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = front.address();
  if (address === null || typeof address === 'string') {
    throw new Error('a TCP port was expected');
  }
  return {
    port: address.port,
    recordings,
    replayFromNowOn() {
      isReplaying = true;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) {
        socket.destroy();
      }
      front.close();
      await once(front, 'close');
    },
  };
}

test('a command that no server saw is never finished, even if the clock is set back', async () => {
  await using attacker = await startAttacker(realm.port);
  const start = Date.now();
  const clock = vi.spyOn(Date, 'now');
  let round = 0;
  let finished = 0;

  async function runOnce(): Promise<void> {
    // The clock goes back and forth between three moments.
    clock.mockReturnValue(start + (round % 3));
    round += 1;
    const client = new Remctl(createPureBackend());
    try {
      await client.open('localhost', attacker.port);
      const { status } = await client.run(COMMAND).bytes();
      expect(status).toBe(0);
      finished += 1;
    } finally {
      await client.close();
    }
  }

  for (let n = 0; n < RELAYED; n += 1) {
    await runOnce();
  }
  expect(finished).toBe(RELAYED);
  expect(realm.tally(LEDGER)).toBe(RELAYED);
  expect(attacker.recordings.every(({ answer }) => answer.length > 0)).toBe(true);

  attacker.replayFromNowOn();
  for (let n = 0; n < REPLAYED; n += 1) {
    await expect(runOnce()).rejects.toMatchObject({
      name: 'RemctlAuthenticationError',
      message: expect.stringContaining('did not prove'),
      commandState: 'not-sent',
    });
  }
  expect(finished).toBe(realm.tally(LEDGER));
});
