/** Sends a program's output to the client as it comes. */
import type { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { STDERR, STDOUT } from '@remctl/core/wire';
import type { StreamNumber } from '../command.js';
import type { CommandOutput } from '../command-output.js';
import type { Running } from './start-program.js';

/**
 * Bytes of output after the program's end that are sent at most. What the program itself wrote fits: a pipe holds
 * less. The rest is a background process's, which has the stream too.
 */
const MAX_LEFT_OVER = 1024 * 1024;

export interface Forwarding {
  /** Settles when all output that the program wrote has been sent, once the program has ended. */
  drain(): Promise<void>;
  /** Lets go of the streams. */
  close(): void;
}

interface Source {
  readonly stream: Readable;
  /** Bytes that have come. */
  received: number;
  /** Pieces that are being sent. */
  sending: number;
  ended: boolean;
}

function forward(stream: Readable, number: StreamNumber, output: CommandOutput): Source {
  const source: Source = { stream, received: 0, sending: 0, ended: false };
  stream.on('data', (chunk: Buffer) => {
    source.received += chunk.length;
    source.sending += 1;
    // A client that reads slowly stops the program.
    stream.pause();
    void output.send(number, chunk).then(() => {
      source.sending -= 1;
      if (source.sending === 0) {
        stream.resume();
      }
    });
  });
  stream.on('end', () => {
    source.ended = true;
  });
  // A stream that fails has ended; the program's status tells the rest.
  stream.on('error', () => {
    source.ended = true;
  });
  return source;
}

/**
 * Waits until every poll for input has had its turn: a promise of setImmediate settles after a poll, unless it
 * was asked for between a poll and the immediates that follow.
 */
async function pollOnce(): Promise<void> {
  await turn();
  await turn();
}

/** Sends both streams of a program, and stops reading them while the client takes nothing. */
export function forwardOutput({ stdout, stderr }: Running, output: CommandOutput): Forwarding {
  const sources = [forward(stdout, STDOUT, output), forward(stderr, STDERR, output)];
  const received = () => sources.reduce((sum, each) => sum + each.received, 0);

  return {
    async drain() {
      const atExit = received();
      for (;;) {
        const before = received();
        await output.flush();
        await pollOnce();
        await output.flush();
        const isOver = sources.every(({ ended }) => ended) || received() === before;
        if (isOver || received() - atExit > MAX_LEFT_OVER) {
          return;
        }
      }
    },
    close() {
      for (const { stream } of sources) {
        stream.destroy();
      }
    },
  };
}
