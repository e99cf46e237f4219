/** The answer to a command in protocols 2 and 3: its messages, in order. */
import type { StreamNumber } from '../commands/command.js';
import type { Answer } from './channel.js';
import { errorMessage, OUTPUT_MAX_LENGTH, outputMessage, statusMessage } from './messages-v2.js';
import type { Sender } from './sender.js';

const SETTLED = Promise.resolve();

/** Makes the answer to one command. `send` protects a message and queues it. */
export function createAnswerV2(
  sender: Pick<Sender, 'flush' | 'hasRoom' | 'room' | 'isStopped'>,
  send: (message: Uint8Array) => void,
): Answer {
  let given = false;
  /** The last output that waits for room: everything later comes after it. */
  let last: Promise<void> | undefined;

  /** Sends output from `from` on while there is room. Returns where it stopped. */
  function sendPieces(stream: StreamNumber, output: Uint8Array, from: number): number {
    let at = from;
    while (at < output.length && sender.hasRoom() && !sender.isStopped()) {
      const piece = output.subarray(at, at + OUTPUT_MAX_LENGTH);
      send(outputMessage(stream, piece));
      at += piece.length;
    }
    return at;
  }

  async function sendRest(stream: StreamNumber, output: Uint8Array, from: number): Promise<void> {
    let at = from;
    for (;;) {
      await sender.room();
      if (at === output.length || sender.isStopped()) {
        return;
      }
      at = sendPieces(stream, output, at);
    }
  }

  function wait(work: Promise<void>): Promise<void> {
    const mine: Promise<void> = work.then(() => {
      if (last === mine) {
        last = undefined;
      }
    });
    last = mine;
    return mine;
  }

  function give(message: Uint8Array): void {
    if (given) {
      return;
    }
    given = true;
    const finish = () => {
      send(message);
      sender.flush();
    };
    if (last === undefined) {
      finish();
    } else {
      wait(last.then(finish));
    }
  }

  return {
    output(stream, output) {
      if (given || output.length === 0) {
        return SETTLED;
      }
      if (last !== undefined) {
        return wait(last.then(() => sendRest(stream, output, 0)));
      }
      const at = sendPieces(stream, output, 0);
      return at === output.length && sender.hasRoom()
        ? SETTLED
        : wait(sendRest(stream, output, at));
    },
    status: (status) => give(statusMessage(status)),
    error: (code, message) => give(errorMessage(code, message)),
    isGiven: () => given,
    whenSent: () => last ?? SETTLED,
  };
}
