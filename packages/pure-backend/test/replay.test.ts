/** An attacker between client and server, who records sessions and replays them. */
import { connect, type Socket } from 'node:net';
import { useRealmForFile } from '@remctl/conformance';
import { Remctl } from '@remctl/core';
import { TOKEN_HEADER_LENGTH } from '@remctl/core/wire';
import { afterEach, expect, test, vi } from 'vitest';
import { createPureBackend } from '../src/index.js';
import { startTcpServer } from './support/tcp-server.js';

/** The server's tally of the commands that it ran. */
const LEDGER = 'replayed';
const COMMAND = ['test', 'tally', LEDGER];
/** Sessions that the attacker relays and records. */
const RELAYED = 30;
/** Sessions that the attacker plays back. */
const REPLAYED = 300;

const realm = await useRealmForFile();

afterEach(() => void vi.restoreAllMocks());

/** What the server sent in a session: its token of authentication, then its answer. */
interface Recording {
  readonly proof: Buffer;
  readonly answer: Buffer;
}

function firstToken(bytes: Buffer): Buffer {
  return bytes.subarray(0, TOKEN_HEADER_LENGTH + bytes.readUInt32BE(1));
}

/** Starts an attacker in front of the server at `port`. */
async function startAttacker(port: number) {
  const recordings: Recording[] = [];
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
      while (
        waiting.length >= TOKEN_HEADER_LENGTH &&
        waiting.length >= firstToken(waiting).length
      ) {
        waiting = waiting.subarray(firstToken(waiting).length);
        tokens += 1;
        // The client sends its first token, the token of its context, and the command.
        if (tokens === 2) {
          socket.write(recording?.proof ?? Buffer.alloc(0));
        }
        if (tokens === 3) {
          socket.write(recording?.answer ?? Buffer.alloc(0));
        }
      }
    });
  }

  const { port: ownPort } = await startTcpServer((socket) =>
    (isReplaying ? replay : relay)(socket),
  );
  return {
    port: ownPort,
    recordings,
    replayFromNowOn() {
      isReplaying = true;
    },
  };
}

test('replayed sessions finish no command, even if the clock is set back', async () => {
  const attacker = await startAttacker(realm.port);
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
