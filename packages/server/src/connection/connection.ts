/** The life of one connection: handshake, commands one after another, end. */
import type { Socket } from 'node:net';
import { ErrorCode } from '@remctl/core';
import {
  createTokenInput,
  type FramedToken,
  INCOMPLETE,
  TOKEN_MAX_LENGTH,
  TOO_LARGE,
} from '@remctl/core/wire';
import { AcceptorRefusal } from '@remctl/krb5';
import type { Client } from '../client.js';
import { INTERNAL_FAILURE } from '../error-texts.js';
import { messageOf } from '../file/system-error.js';
import { printable } from '../log/printable.js';
import type { Accepted } from './accept.js';
import type { ByteBudget } from './byte-budget.js';
import type { Answer, Channel, Protocol, TokenFault } from './channel.js';
import { lookForClient } from './half-closed.js';
import {
  contextTokenFlags,
  type ProtocolVersion,
  protocolOfContextToken,
  protocolOfFirstToken,
} from './handshake.js';
import { createProtocol1 } from './protocol-1.js';
import { createProtocol2 } from './protocol-2.js';
import { END_OF_FILE, socketReason, TIMED_OUT } from './reasons.js';
import { createSender } from './sender.js';
import type { Service } from './service.js';

/** Bytes that a client may send ahead while its command runs; then its socket is paused. */
const AHEAD_MOST = 64 * 1024;
/**
 * Milliseconds that a client has to end its half of a connection that the server has ended: what it still
 * sends is read, because the system would answer it with a reset, and the client might lose its last answer.
 * A server that closes waits less: a client that waits for nothing does not notice the end.
 */
const LINGER_MS = 2000;
const CLOSING_LINGER_MS = 100;
/** Milliseconds without a packet after which the system asks whether a silent command's client is there. */
const KEEPALIVE_MS = 60_000;
const MS_PER_SECOND = 1000;
const NOTHING = new Uint8Array();

export interface Connection {
  /** Ends the connection as soon as no command runs. */
  finish(): void;
  /** Ends the connection at once, and aborts its command. `why` is the reason that the command gets. */
  drop(why: string): void;
}

export interface ConnectionOptions {
  readonly service: Service;
  readonly budget: ByteBudget;
  /** The client's numeric IP address. */
  readonly address: string;
  onAuthenticated(): void;
  /** The socket is closed, and no command runs any more. */
  onOver(): void;
}

type Phase = 'first' | 'context' | 'command';

const TOKEN_NAMES = { first: 'initial token', context: 'context token', command: 'token' } as const;

function abortError(why: string): Error {
  const error = new Error(why);
  error.name = 'AbortError';
  return error;
}

/** Serves the client at the other end of a socket, which must allow half-open connections. */
export function startConnection(socket: Socket, options: ConnectionOptions): Connection {
  const { service, budget, address } = options;
  const { limits } = service;
  const input = createTokenInput();
  const sender = createSender(socket);

  let phase: Phase = 'first';
  let version: ProtocolVersion = 2;
  let client: Client | undefined;
  let protocol: Protocol | undefined;
  /** A context is being accepted, or a command runs: no token is taken. */
  let busy = false;
  /** The client must take what was sent to it before its next token is taken. */
  let blocked = false;
  /** Aborts when the client has gone or the server closes. */
  const gone = new AbortController();
  /** The answer of the command that runs. */
  let answering: Answer | undefined;
  let peerEnded = false;
  let paused = false;
  /** `close()` was called: no other command may begin. */
  let finishing = false;
  /** Nothing is read any more. What was sent may still be on its way. */
  let ending = false;
  let closed = false;
  let stopLooking: (() => void) | undefined;
  let linger: NodeJS.Timeout | undefined;
  let goneBecause = 'the client went away';

  const isRunning = () => answering !== undefined;

  function logFault(reason: string, error?: unknown): void {
    service.log({
      type: 'connection',
      address,
      // A client that has not authenticated yet may have chosen some of the words.
      reason: printable(reason),
      ...(client === undefined ? {} : { principal: client.principal }),
      ...(error === undefined ? {} : { error }),
    });
  }

  function end(): void {
    if (ending) {
      return;
    }
    ending = true;
    input.clear();
    sender.end();
    flow();
  }

  /** Ends the connection at once, and with it the command, which must not go on until the socket is closed. */
  function destroy(): void {
    ending = true;
    sender.stop();
    socket.destroy();
    gone.abort(abortError(goneBecause));
  }

  function fail(reason: string, error?: unknown): void {
    if (!ending) {
      logFault(reason, error);
    }
    destroy();
  }

  /** Logs a fault of the server's own, and with it where it happened. */
  function logOwnFault(what: string, error: unknown): void {
    const reason = printable(`${what} of a client at ${address}: ${messageOf(error)}`);
    service.log({ type: 'server', reason, error });
  }

  /** Pauses and resumes the socket, and looks after a client that nothing would be heard of otherwise. */
  function flow(): void {
    const pause = !ending && (busy || blocked) && input.held >= AHEAD_MOST;
    if (pause !== paused) {
      paused = pause;
      if (pause) {
        socket.pause();
      } else {
        socket.resume();
      }
    }
    const look = isRunning() && !ending && (peerEnded || paused);
    if (look && stopLooking === undefined && protocol !== undefined) {
      const { tokenStart } = protocol;
      // Once the answer is given, nobody knows whether another token follows it, and which.
      stopLooking = lookForClient(() =>
        sender.probe(answering?.isGiven() === false ? tokenStart : NOTHING),
      );
    } else if (!look && stopLooking !== undefined) {
      stopLooking();
      stopLooking = undefined;
    }
  }

  /** Takes what has come, as far as it can be served now. */
  function advance(): void {
    try {
      takeTokens();
      sender.flush();
      flow();
    } catch (error) {
      logOwnFault('internal failure on the connection', error);
      destroy();
    }
  }

  function takeTokens(): void {
    while (!busy && !blocked && !ending) {
      if (!sender.hasRoom()) {
        waitForRoom();
        return;
      }
      const token = input.next(phase === 'command' ? TOKEN_MAX_LENGTH : limits.contextTokenBytes);
      if (token === INCOMPLETE) {
        if (peerEnded) {
          onEndOfFile();
        }
        return;
      }
      if (token === TOO_LARGE) {
        onTokenFault('too large', 'token too large');
        return;
      }
      onToken(token);
    }
  }

  function waitForRoom(): void {
    blocked = true;
    sender.flush();
    sender.room().then(() => {
      blocked = false;
      advance();
    });
  }

  function onEndOfFile(): void {
    // A connection without a single byte is a look at the port, and no fault.
    if (socket.bytesRead > 0) {
      logFault(`error receiving ${TOKEN_NAMES[phase]}: ${END_OF_FILE}`);
    }
    end();
  }

  function onTokenFault(fault: TokenFault, reason: string): void {
    if (protocol === undefined) {
      fail(`error receiving ${TOKEN_NAMES[phase]}: ${reason}`);
    } else {
      protocol.onFault(fault, reason);
    }
  }

  function onToken({ flags, payload }: FramedToken): void {
    if (protocol !== undefined) {
      protocol.onToken(flags, payload);
      return;
    }
    const asked =
      phase === 'first' ? protocolOfFirstToken(flags) : protocolOfContextToken(flags, version);
    if (asked === undefined) {
      fail(`bad token flags ${flags} in ${TOKEN_NAMES[phase]}`);
      return;
    }
    version = asked;
    if (version === 1 && !service.protocol1) {
      fail('the client speaks protocol 1, which is off: see the option protocol1');
    } else if (phase === 'first') {
      phase = 'context';
    } else {
      void acceptContext(payload);
    }
  }

  async function acceptContext(request: Uint8Array): Promise<void> {
    busy = true;
    try {
      const accepted = await service.accept(request);
      if (!ending) {
        onAccepted(accepted);
      }
    } catch (error) {
      onRefused(error);
    }
    busy = false;
    advance();
  }

  function onRefused(error: unknown): void {
    const reason = `GSS-API error while accepting context: ${messageOf(error)}`;
    if (ending || !(error instanceof AcceptorRefusal)) {
      fail(reason, error);
      return;
    }
    logFault(reason, error);
    sender.send(contextTokenFlags(version), error.token);
    end();
  }

  function onAccepted({ context, principal, expires, hasFlags, token }: Accepted): void {
    if (token !== undefined) {
      sender.send(contextTokenFlags(version), token);
    }
    if (!hasFlags) {
      logFault('client did not negotiate appropriate GSS-API flags');
      end();
      return;
    }
    clearTimeout(handshake);
    phase = 'command';
    client = { principal, address, expires };
    const channel: Channel = {
      client,
      context,
      sender,
      limits,
      budget,
      send(flags, message) {
        if (sender.isStopped()) {
          return;
        }
        try {
          sender.send(flags, context.wrap(message));
        } catch (error) {
          logOwnFault('internal failure in a message', error);
          destroy();
        }
      },
      run,
      logRefusal({ code, reason }) {
        service.log({ type: 'refused', address, principal, code, reason });
      },
      logFault,
      end,
    };
    protocol = version === 1 ? createProtocol1(channel) : createProtocol2(channel);
    socket.setTimeout(limits.silence * MS_PER_SECOND);
    options.onAuthenticated();
  }

  function run(command: readonly Buffer[], answer: Answer): void {
    busy = true;
    answering = answer;
    void runToEnd(command, answer);
  }

  async function runToEnd(command: readonly Buffer[], answer: Answer): Promise<void> {
    try {
      if (client !== undefined) {
        await service.execute(client, command, answer, gone.signal);
      }
    } catch (error) {
      logOwnFault('internal failure in a command', error);
    }
    if (!answer.isGiven()) {
      answer.error(ErrorCode.ERROR_INTERNAL, INTERNAL_FAILURE);
    }
    await answer.whenSent();
    answering = undefined;
    busy = false;
    if (closed) {
      over();
      return;
    }
    protocol?.onCommandEnd();
    if (finishing) {
      end();
    }
    advance();
  }

  function over(): void {
    protocol?.release();
    options.onOver();
  }

  /** Nothing has moved for the time of `limits.silence`. */
  function onSilence(): void {
    const { bytesRead } = socket;
    // In a process that was busy, timers fire before what has arrived meanwhile is read.
    setImmediate(() => {
      if (socket.bytesRead !== bytesRead || closed) {
        return;
      }
      if (socket.writableLength > 0) {
        fail(`error sending token: ${TIMED_OUT}`);
      } else if (ending) {
        destroy();
      } else if (isRunning()) {
        // The command may take its time. Its client may have vanished without a packet.
        socket.setKeepAlive(true, KEEPALIVE_MS);
      } else {
        onTokenFault('timed out', TIMED_OUT);
      }
    });
  }

  const handshake = setTimeout(() => {
    setImmediate(() => {
      if (client === undefined) {
        fail(`error receiving ${TOKEN_NAMES[phase]}: ${TIMED_OUT}`);
      }
    });
  }, limits.handshake * MS_PER_SECOND);
  // The socket keeps the process alive, if the server is to do so.
  handshake.unref();

  socket.on('data', (chunk) => {
    if (!ending) {
      input.push(chunk);
      advance();
    }
  });
  socket.on('end', () => {
    peerEnded = true;
    advance();
  });
  socket.on('error', (error) => {
    if (socket.bytesRead === 0) {
      destroy();
      return;
    }
    const what = !isRunning()
      ? `error receiving ${TOKEN_NAMES[phase]}: ${socketReason(error)}`
      : `the client went away while its command ran: ${socketReason(error)}`;
    fail(what, error);
  });
  socket.on('timeout', onSilence);
  socket.on('finish', () => {
    linger = setTimeout(() => socket.destroy(), finishing ? CLOSING_LINGER_MS : LINGER_MS);
    linger.unref();
  });
  socket.on('close', () => {
    closed = true;
    clearTimeout(handshake);
    clearTimeout(linger);
    input.clear();
    destroy();
    flow();
    if (!isRunning()) {
      over();
    }
  });

  return {
    finish() {
      finishing = true;
      if (client === undefined) {
        destroy();
      } else if (!isRunning()) {
        end();
      }
    },
    drop(why) {
      goneBecause = why;
      destroy();
    },
  };
}
