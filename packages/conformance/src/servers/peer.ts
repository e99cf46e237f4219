/** The server's end of one connection: the primitives that a script is made of. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AcceptorOptions,
  createAcceptorContext,
  type EncryptionKey,
  type Keytab,
  KeyUsage,
  makeChecksum,
} from '@remctl/krb5';
import { MessageType, NOOP } from './messages.js';
import {
  ClientGone,
  COMMAND_V1,
  CONTEXT_V2,
  DATA_V2,
  frame,
  readTokens,
  START,
  type WireToken,
} from './wire-tokens.js';

/** The header of a Wrap token (RFC 4121, section 4.2.6.2). */
export const WrapHeader = { LENGTH: 16, FLAGS: 2, FILLER: 3, EC: 4, RRC: 6, SND_SEQ: 8 } as const;
/** Its flag for a message that is encrypted (section 4.2.2). */
const SEALED = 2;

/** Where a message has its type (specification, section 2.2). */
const TYPE_OFFSET = 1;

export interface Peer {
  /** 1 for the server's first connection, 2 for the next. */
  readonly connection: number;
  /** The client's next token. */
  receive(): Promise<WireToken>;
  /** Takes the client's start and its request for a context. Gives the AP-REP, and sends nothing. */
  accept(options?: Omit<AcceptorOptions, 'keytab'>): Promise<Uint8Array>;
  /** Authenticates as a server of protocol 2 does. */
  authenticate(): Promise<void>;
  /** Takes a command, whole in one message, and gives it as it was under the protection. */
  expectCommand(protocol?: 1 | 2): Promise<Buffer>;
  /** Takes a NOOP. */
  expectNoop(): Promise<void>;
  /** GSS_Wrap with confidentiality. */
  wrap(message: Uint8Array): Buffer;
  /** GSS_Wrap without confidentiality: signed only. */
  wrapInClear(message: Uint8Array): Buffer;
  /** GSS_GetMIC. */
  mic(message: Uint8Array): Buffer;
  /** A message of protocol 2 in its token, as bytes. */
  seal(message: Uint8Array): Buffer;
  /** Hands all of it to the network in one piece. */
  send(...pieces: readonly Uint8Array[]): void;
  /** Hands it over octet by octet, a pause after each. */
  trickle(bytes: Uint8Array, pauseMs: number): Promise<void>;
  /** Hands it over again and again, as fast as the client takes it, until that hangs up. */
  flood(bytes: Uint8Array): Promise<void>;
  /** Ends the server's direction; the client's stays open. */
  end(): void;
  /** Breaks the connection by a TCP reset. */
  reset(): void;
}

export interface PeerOptions {
  readonly socket: Socket;
  readonly keytab: Keytab;
  readonly connection: number;
  /** Called for each command that came. */
  readonly onCommand: () => void;
}

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
      await expectToken(START);
      const { token } = context.step((await expectToken(CONTEXT_V2)).payload);
      if (token === undefined) {
        throw new Error('the client asked for no mutual authentication');
      }
      return token;
    },
    async authenticate() {
      peer.send(frame(CONTEXT_V2, await peer.accept()));
    },
    async expectCommand(protocol = 2) {
      const { payload } = await expectToken(protocol === 1 ? COMMAND_V1 : DATA_V2);
      const command = Buffer.from(context.unwrap(payload));
      if (protocol === 2) {
        const type = command[TYPE_OFFSET];
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
      const { payload } = await expectToken(DATA_V2);
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
      // Section 4.2.4: the checksum is over the message and the header with EC and RRC 0.
      const signed = Buffer.concat([message, header]);
      const checksum = makeChecksum(subkey, KeyUsage.GSS_ACCEPTOR_SEAL, signed);
      header.writeUInt16BE(checksum.length, WrapHeader.EC);
      return Buffer.concat([header, message, checksum]);
    },
    mic: (message) => Buffer.from(context.getMic(message)),
    seal: (message) => frame(DATA_V2, peer.wrap(message)),
    send(...pieces) {
      socket.write(Buffer.concat(pieces));
    },
    async trickle(bytes, pauseMs) {
      for (const octet of bytes) {
        if (socket.destroyed) {
          throw new ClientGone('the client hung up');
        }
        socket.write(Buffer.of(octet));
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
