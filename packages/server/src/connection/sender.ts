/** Sends tokens, many in one write, no faster than the client reads. */
import type { Socket } from 'node:net';
import { encodeTokenHeader, TOKEN_HEADER_LENGTH } from '@remctl/core/wire';

/** Bytes that wait in this process for the client to take them, above which there is no room for more. */
const WAITING_MOST = 256 * 1024;
/** Bytes that a connection may send before other connections have their turn. */
const TURN_MOST = 256 * 1024;
/** Queued bytes that are sent at once, without waiting for the end of the turn. */
const FLUSH_AT = 64 * 1024;
/** Bytes up to which copying tokens together costs less than a write of several buffers. */
const JOIN_MOST = 16 * 1024;

export interface Sender {
  /**
   * Queues a token. It goes out when enough are queued, when the turn of the event loop ends, or with
   * `flush`.
   */
  send(flags: number, payload: Uint8Array): void;
  /** Hands what is queued to the socket. */
  flush(): void;
  /** Calls `work` when the turn of the event loop ends, before what is queued goes out. */
  atTurnEnd(work: () => void): void;
  /** Whether more may be sent now. */
  hasRoom(): boolean;
  /** Settles when more may be sent, or once the sender has stopped. Never rejects. */
  room(): Promise<void>;
  /**
   * Makes the system notice a client that is not there any more: sends the next of these bytes ahead of the
   * next token, which is known to begin with them. Without a byte that is left to send, it sends nothing, and
   * the system reports what it has learnt meanwhile. Does nothing while the client has not taken what was sent
   * before.
   */
  probe(start: Uint8Array): void;
  /** Sends what is queued, then the end of the stream. Nothing can be sent after that. */
  end(): void;
  /** Forgets what is queued. Everything else does nothing from then on. */
  stop(): void;
  /** Whether `stop` was called. */
  isStopped(): boolean;
}

const SETTLED = Promise.resolve();

/** Makes the sender of a socket, and listens to its `drain` event. */
export function createSender(socket: Socket): Sender {
  let queue: Uint8Array[] = [];
  let queued = 0;
  let turn = 0;
  let turnEnd: NodeJS.Immediate | undefined;
  let endWork: (() => void)[] = [];
  /** Bytes of the next token that were sent ahead of it. */
  let ahead = 0;
  let stopped = false;
  let ended = false;
  let waiting: Promise<void> | undefined;
  let endWait: (() => void) | undefined;

  function hasRoom(): boolean {
    return stopped || (turn < TURN_MOST && queued + socket.writableLength < WAITING_MOST);
  }

  function wake(): void {
    if (endWait !== undefined && hasRoom()) {
      endWait();
      endWait = undefined;
      waiting = undefined;
    }
  }

  function flush(): void {
    if (queued === 0) {
      return;
    }
    const parts = queue;
    const length = queued;
    queue = [];
    queued = 0;
    if (length <= JOIN_MOST) {
      socket.write(Buffer.concat(parts, length));
      return;
    }
    socket.cork();
    for (const part of parts) {
      socket.write(part);
    }
    socket.uncork();
  }

  function endTurn(): void {
    turnEnd = undefined;
    turn = 0;
    for (const work of endWork.splice(0)) {
      work();
    }
    flush();
    wake();
  }

  socket.on('drain', wake);

  return {
    send(flags, payload) {
      if (stopped || ended) {
        return;
      }
      queue.push(encodeTokenHeader(flags, payload.length).subarray(ahead), payload);
      const length = TOKEN_HEADER_LENGTH - ahead + payload.length;
      ahead = 0;
      queued += length;
      turn += length;
      turnEnd ??= setImmediate(endTurn);
      if (queued >= FLUSH_AT) {
        flush();
      }
    },
    flush,
    atTurnEnd(work) {
      endWork.push(work);
      turnEnd ??= setImmediate(endTurn);
    },
    hasRoom,
    room() {
      if (hasRoom()) {
        return SETTLED;
      }
      waiting ??= new Promise((resolve) => {
        endWait = resolve;
      });
      return waiting;
    },
    probe(start) {
      if (stopped || ended || queued > 0 || socket.writableLength > 0) {
        return;
      }
      // A write of no bytes gives the error of a connection that the other side has reset.
      const next = start.subarray(ahead, ahead + 1);
      socket.write(next);
      ahead += next.length;
    },
    end() {
      if (!stopped && !ended) {
        flush();
        ended = true;
        socket.end();
      }
    },
    stop() {
      stopped = true;
      queue = [];
      queued = 0;
      endWork = [];
      clearImmediate(turnEnd);
      wake();
    },
    isStopped: () => stopped,
  };
}
