/** The streams that a function writes its output to. */
import { isUint8Array } from 'node:util/types';
import { STDERR, STDOUT } from '@remctl/core/wire';
import { kindOf } from '../check-arguments.js';
import type { OutputPiece, OutputWriter, StreamNumber } from './command.js';
import type { CommandOutput } from './command-output.js';
import type { LazyAborter } from './lazy-aborter.js';

export interface FunctionWriter {
  readonly stdout: OutputWriter;
  readonly stderr: OutputWriter;
  /** Sends a piece that a function yielded. Throws TypeError if it is none; else as `OutputWriter.write`. */
  writePiece(piece: OutputPiece): Promise<void>;
  /** Refuses all later output. */
  end(): void;
}

/** Returns the bytes of output. Throws TypeError if it is neither text nor bytes. */
export function outputBytes(output: unknown): Uint8Array {
  if (typeof output === 'string') {
    return Buffer.from(output);
  }
  if (isUint8Array(output)) {
    return output;
  }
  throw new TypeError(`output must be a string or a Uint8Array, not ${kindOf(output)}`);
}

function streamOf(piece: { readonly stream: unknown }): StreamNumber {
  if (piece.stream !== STDOUT && piece.stream !== STDERR) {
    throw new TypeError(
      `the stream of a piece of output must be ${STDOUT} or ${STDERR}, not ${String(piece.stream)}`,
    );
  }
  return piece.stream;
}

/** Makes the streams of one command. Writes reject with the abort's reason once the command is aborted. */
export function createFunctionWriter(
  output: CommandOutput,
  aborter: Pick<LazyAborter, 'throwIfAborted'>,
): FunctionWriter {
  let ended = false;

  async function send(stream: StreamNumber, value: unknown): Promise<void> {
    if (ended) {
      throw new Error('the command has ended: its function returned, so no more output is sent');
    }
    aborter.throwIfAborted();
    await output.send(stream, outputBytes(value));
    aborter.throwIfAborted();
  }

  function write(stream: StreamNumber, value: unknown): Promise<void> {
    const sent = send(stream, value);
    // A function may leave the promise alone. Without a handler, a client that goes away would then end the
    // process by an unhandled rejection. Whoever awaits the promise still gets the error.
    sent.catch(() => undefined);
    return sent;
  }

  return {
    stdout: { write: (value) => write(STDOUT, value) },
    stderr: { write: (value) => write(STDERR, value) },
    async writePiece(piece) {
      if (typeof piece === 'object' && piece !== null && 'stream' in piece) {
        await send(streamOf(piece), piece.output);
      } else {
        await send(STDOUT, piece);
      }
    },
    end() {
      ended = true;
    },
  };
}
