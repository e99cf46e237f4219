/** The server's end of one connection: what a script can do. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  COMMAND_TOKEN_FLAGS_V1,
  CONTEXT_TOKEN_FLAGS,
  FIRST_TOKEN_FLAGS,
  MESSAGE_TOKEN_FLAGS,
  MESSAGE_TYPE_OFFSET,
  MessageType,
} from '@remctl/core/wire';
import {
  type AcceptorOptions,
  createAcceptorContext,
  type EncryptionKey,
  type Keytab,
  KeyUsage,
  makeChecksum,
} from '@remctl/krb5';
import { ClientGone, frame, readTokens, type WireToken } from './framing.js';
import { NOOP } from './messages.js';

/** Offsets in the header of a Wrap token, and its length (RFC 4121, section 4.2.6.2). */
export const WrapHeader = { LENGTH: 16, FLAGS: 2, FILLER: 3, EC: 4, RRC: 6, SND_SEQ: 8 } as const;
/** The header's flag of an encrypted message (RFC 4121, section 4.2.2). */
const SEALED = 2;

/** A script's means. Those that take a token throw if the client sent another one. */
export interface Peer {
  /** The connection's number: 1 for the server's first one. */
  readonly connection: number;
  /** Returns the client's next token. Throws ClientGone if the client closed the connection. */
  receive(): Promise<WireToken>;
  /** Takes the client's first two tokens. Returns the AP-REP as a context token, and sends nothing. */
  accept(options?: Omit<AcceptorOptions, 'keytab'>): Promise<Uint8Array>;
  /** Authenticates as an honest server of protocol 2 does. */
  authenticate(): Promise<void>;
  /** Takes a command in one message, and returns the unwrapped message. */
  expectCommand(protocol?: 1 | 2): Promise<Buffer>;
  /** Takes a MESSAGE_NOOP. */
  expectNoop(): Promise<void>;
  /** Wraps a message with confidentiality (GSS_Wrap). */
  wrap(message: Uint8Array): Buffer;
  /** Wraps a message without confidentiality: it is signed only (GSS_Wrap). */
  wrapInClear(message: Uint8Array): Buffer;
  /** Signs a message (GSS_GetMIC). */
  mic(message: Uint8Array): Buffer;
  /** Wraps a message of protocol 2, and puts it in its frame. */
  seal(message: Uint8Array): Buffer;
  /** Sends all pieces in one write. */
  send(...pieces: readonly Uint8Array[]): void;
  /** Sends byte by byte, with a pause after each. */
  trickle(bytes: Uint8Array, pauseMs: number): Promise<void>;
  /** Sends the bytes again and again, as fast as the client reads, until the client hangs up. */
  flood(bytes: Uint8Array): Promise<void>;
  /** Ends the server's direction of the connection; the client's stays open. */
  end(): void;
  /** Resets the connection (TCP RST). */
  reset(): void;
}

/** The keytab holds the key of the server's principal. */
export interface PeerOptions {
  readonly socket: Socket;
  readonly keytab: Keytab;
  readonly connection: number;
  /** Called for each command that the client sent. */
  readonly onCommand: () => void;
}

/** Makes the server's end of a connection that a client has opened. */
export function createPeer({ socket, keytab, connection, onCommand }: PeerOptions): Peer {
  const receive = readTokens(socket);
  let context = createAcceptorContext({ keytab });
  let subkey: EncryptionKey | undefined;

  async function expectToken(flags: number): Promise<WireToken> {
    const token = await receive();
    if (token.flags !== flags) {
      throw new Error(`the client sent flags 0x${token.flags.toString(16)}, not ${flags}`);
    }
    return token;
  }

  const peer: Peer = {
    connection,
    receive,
    async accept(options = {}) {
      context = createAcceptorContext({
        ...options,
        keytab,
        alterApRep(part) {
          const altered = options.alterApRep?.(part) ?? part;
          subkey = altered.subkey;
          return altered;
        },
      });
      await expectToken(FIRST_TOKEN_FLAGS);
      const { token } = context.step((await expectToken(CONTEXT_TOKEN_FLAGS)).payload);
      if (token === undefined) {
        throw new Error('the client asked for no mutual authentication');
      }
      return token;
    },
    async authenticate() {
      peer.send(frame(CONTEXT_TOKEN_FLAGS, await peer.accept()));
    },
    async expectCommand(protocol = 2) {
      const { payload } = await expectToken(
        protocol === 1 ? COMMAND_TOKEN_FLAGS_V1 : MESSAGE_TOKEN_FLAGS,
      );
      const command = Buffer.from(context.unwrap(payload));
      if (protocol === 2) {
        const type = command[MESSAGE_TYPE_OFFSET];
        if (type === MessageType.QUIT) {
          throw new ClientGone('the client quit');
        }
        if (type !== MessageType.COMMAND) {
          throw new Error(`the client sent a message ${type}`);
        }
      }
      onCommand();
      return command;
    },
    async expectNoop() {
      const { payload } = await expectToken(MESSAGE_TOKEN_FLAGS);
      if (!NOOP.equals(context.unwrap(payload))) {
        throw new Error('the client sent no NOOP');
      }
    },
    wrap: (message) => Buffer.from(context.wrap(message)),
    wrapInClear(message) {
      if (subkey === undefined) {
        throw new Error('the context has no subkey of the acceptor');
      }
      const header = peer.wrap(message).subarray(0, WrapHeader.LENGTH);
      header.writeUInt8(header.readUInt8(WrapHeader.FLAGS) & ~SEALED, WrapHeader.FLAGS);
      // RFC 4121, section 4.2.4: the checksum is over the message and the header with EC and RRC 0.
      const signed = Buffer.concat([message, header]);
      const checksum = makeChecksum(subkey, KeyUsage.GSS_ACCEPTOR_SEAL, signed);
      header.writeUInt16BE(checksum.length, WrapHeader.EC);
      return Buffer.concat([header, message, checksum]);
    },
    mic: (message) => Buffer.from(context.getMic(message)),
    seal: (message) => frame(MESSAGE_TOKEN_FLAGS, peer.wrap(message)),
    send(...pieces) {
      socket.write(Buffer.concat(pieces));
    },
    async trickle(bytes, pauseMs) {
      for (const byte of bytes) {
        if (socket.destroyed) {
          throw new ClientGone('the client hung up');
        }
        socket.write(Buffer.of(byte));
        await sleep(pauseMs);
      }
    },
    async flood(bytes) {
      while (!socket.destroyed) {
        if (socket.write(bytes)) {
          continue;
        }
        await new Promise<void>((resolve) => {
          socket.once('drain', resolve);
          socket.once('close', resolve);
        });
      }
      throw new ClientGone('the client hung up');
    },
    end() {
      socket.end();
    },
    reset() {
      socket.resetAndDestroy();
    },
  };
  return peer;
}
