/** The answer to a command in protocols 2 and 3, as messages. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { STDOUT } from '@remctl/core/wire';
import type { StreamNumber } from '../commands/command.js';
import type { Answer } from './channel.js';
import { errorMessage, OUTPUT_MAX_LENGTH, outputMessage, statusMessage } from './messages-v2.js';
import type { Sender } from './sender.js';

const SETTLED = Promise.resolve();
/** Bytes of an output that is put into one message with others of its stream and its turn. */
const SMALL_MOST = 4 * 1024;
/** Bytes of such a message. */
const JOINED_MOST = 16 * 1024;

/** Makes the answer to one command. `send` protects a message and queues it. */
export function createAnswerV2(
  sender: Pick<Sender, 'atTurnEnd' | 'flush' | 'hasRoom' | 'isStopped' | 'room'>,
  send: (message: Uint8Array) => void,
): Answer {
  let given = false;
  /** The last output that waits for room: everything later comes after it. */
  let last: Promise<void> | undefined;
  /** Small outputs of one stream that are not in a message yet. */
  let joined: Uint8Array[] = [];
  let joinedLength = 0;
  let joinedStream: StreamNumber = STDOUT;

  function sendJoined(): void {
    if (joinedLength > 0) {
      send(outputMessage(joinedStream, joined));
      joined = [];
      joinedLength = 0;
    }
  }

  function join(stream: StreamNumber, output: Uint8Array): void {
    if (stream !== joinedStream || joinedLength + output.length > JOINED_MOST) {
      sendJoined();
    }
    if (joinedLength === 0) {
      sender.atTurnEnd(sendJoined);
    }
    joinedStream = stream;
    joinedLength += output.length;
    // The caller may change the bytes from now on.
    joined.push(Buffer.from(output));
  }

  /** Sends output from `from` on while there is room. Returns where it stopped. */
  function sendPieces(stream: StreamNumber, output: Uint8Array, from: number): number {
    let at = from;
    while (at < output.length && sender.hasRoom() && !sender.isStopped()) {
      const piece = output.subarray(at, at + OUTPUT_MAX_LENGTH);
      sendJoined();
      send(outputMessage(stream, [piece]));
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
      sendJoined();
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
      if (given || sender.isStopped()) {
        // No client slows this command down any more: others must have their turn.
        return nextTurn();
      }
      if (output.length === 0) {
        return SETTLED;
      }
      if (last !== undefined) {
        return wait(last.then(() => sendRest(stream, output, 0)));
      }
      let at = 0;
      if (output.length <= SMALL_MOST) {
        join(stream, output);
        at = output.length;
      } else {
        at = sendPieces(stream, output, 0);
      }
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
