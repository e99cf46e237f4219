/** A client that sends what it is told, and keeps what the server answers. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { frame, WrapHeader } from '@remctl/conformance/internal/servers';
import {
  CONTEXT_TOKEN_FLAGS,
  FIRST_TOKEN_FLAGS,
  TOKEN_HEADER_LENGTH,
  TOKEN_LENGTH_OFFSET,
  TokenFlag,
} from '@remctl/core/wire';
import {
  type EncryptionKey,
  GssError,
  KeyUsage,
  type MessageProtection,
  makeChecksum,
} from '@remctl/krb5';
import { readAcceptorToken } from '@remctl/krb5/internal/gss/ap-exchange';
import { protectionOf } from '@remctl/krb5/internal/gss/message-keys';
import { describeAnswerV1, describeMessage, withFlags } from './answers.js';
import type { ForgedRequest } from './request.js';

/** Milliseconds: far more than any answer takes. A wait that ends by it ends in a failure. */
const PATIENCE_MS = 10_000;
/** The header's flag of an encrypted message (RFC 4121, section 4.2.2). */
const SEALED = 2;
/** The answer of a server that accepts the request. */
export const ACCEPTED = 'AP-REP';
/** The answer of a server that negotiates with SPNEGO. */
const ANOTHER_MECHANISM = 'a token of another mechanism';

/** A context that the server has accepted. */
export interface RawContext extends MessageProtection {
  /** Wraps a message without confidentiality: it is signed only (GSS_Wrap). */
  wrapInClear(message: Uint8Array): Buffer;
}

export interface RawClient {
  /** What the server sent so far: see answers.ts. */
  readonly answers: readonly string[];
  /** Whether the server has closed or reset the connection. */
  isClosed(): boolean;
  /** Sends bytes as they are. Settles when they are on their way, or the connection is closed. */
  send(...pieces: readonly Uint8Array[]): Promise<void>;
  /** Sends the first token and the request as protocol 1 or 2 has them. */
  request(forged: ForgedRequest, handshake?: HandshakeChanges): Promise<void>;
  /** Waits for the context; undefined if the server closed the connection before. */
  context(): Promise<RawContext | undefined>;
  /** Wraps a message and puts it in a token; `flags` are the token's. */
  message(message: Uint8Array, flags: number): Promise<void>;
  /** Ends the client's direction of the connection. */
  end(): void;
  /** Waits until `done` holds. Returns false if it does not after some seconds. */
  until(done: () => boolean): Promise<boolean>;
  /** Removes the last answer. */
  forgetAnswer(): void;
  destroy(): void;
}

/** What is unusual about the first two tokens. */
export interface HandshakeChanges {
  readonly protocol?: 1 | 2;
  readonly firstFlags?: number;
  readonly firstPayload?: Uint8Array;
  readonly contextFlags?: number;
  /** Changes the request's token. */
  readonly change?: (token: Buffer) => Buffer;
}

/** The pieces that one output message or several make, until something else comes. */
interface Output {
  readonly stream: string;
  text: string;
}

/** Reads the answer to a request; undefined if it is neither an AP-REP nor a KRB-ERROR. */
function readAnswer(token: Buffer, { sessionKey }: ForgedRequest) {
  try {
    return readAcceptorToken(token, sessionKey);
  } catch (error) {
    if (error instanceof GssError) {
      return undefined;
    }
    throw error;
  }
}

/** Connects to a server on 127.0.0.1. */
export async function connectRaw(port: number): Promise<RawClient> {
  const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const answers: string[] = [];
  let closed = false;
  let received = Buffer.alloc(0);
  let output: Output | undefined;
  let protocol: 1 | 2 = 2;
  let forged: ForgedRequest | undefined;
  let context: RawContext | undefined;
  let lastMessage: Uint8Array = Buffer.alloc(0);
  const wakers: (() => void)[] = [];
  const wake = () => {
    for (const each of wakers.splice(0)) {
      each();
    }
  };

  function establish(token: Buffer, request: ForgedRequest): string {
    const answer = readAnswer(token, request);
    if (answer === undefined) {
      return ANOTHER_MECHANISM;
    }
    if (answer.type === 'error') {
      return `KRB-ERROR ${answer.error.errorCode}`;
    }
    const { part } = answer;
    if (part?.ctime !== request.proof.ctime || part.cusec !== request.proof.cusec) {
      return 'an AP-REP that proves nothing';
    }
    const parameters = { role: 'initiator', sessionKey: request.sessionKey } as const;
    const { flags } = request;
    const protection = protectionOf({
      ...parameters,
      initiator: request.proof,
      acceptor: part,
      flags,
    });
    const key: EncryptionKey = part.subkey ?? request.proof.subkey ?? request.sessionKey;
    context = {
      ...protection,
      wrapInClear(message) {
        const header = protection.wrap(message).subarray(0, WrapHeader.LENGTH);
        header.writeUInt8(header.readUInt8(WrapHeader.FLAGS) & ~SEALED, WrapHeader.FLAGS);
        // RFC 4121, section 4.2.4: the checksum is over the message and the header with EC and RRC 0.
        const signed = Buffer.concat([message, header]);
        const checksum = makeChecksum(key, KeyUsage.GSS_INITIATOR_SEAL, signed);
        header.writeUInt16BE(checksum.length, WrapHeader.EC);
        return Buffer.concat([header, message, checksum]);
      },
    };
    return ACCEPTED;
  }

  function describe(flags: number, payload: Buffer): string {
    if ((flags & TokenFlag.CONTEXT) !== 0) {
      const text = forged === undefined ? ANOTHER_MECHANISM : establish(payload, forged);
      return withFlags(text, 'context', protocol, flags);
    }
    if (context === undefined) {
      return `a token with flags 0x${flags.toString(16)} before the context`;
    }
    if ((flags & TokenFlag.MIC) !== 0) {
      context.verifyMic(lastMessage, payload);
      return withFlags('MIC', 'mic', protocol, flags);
    }
    const message = context.unwrap(payload);
    const text = protocol === 1 ? describeAnswerV1(message) : describeMessage(message);
    return withFlags(text, 'message', protocol, flags);
  }

  /** Adds an answer. Output of one stream is one answer, however many messages brought it. */
  function add(answer: string): void {
    const [, stream, text] = /^(stdout|stderr) (.*)$/s.exec(answer) ?? [];
    if (stream === undefined || text === undefined) {
      output = undefined;
      answers.push(answer);
      return;
    }
    if (output?.stream === stream) {
      output.text += text;
      answers.pop();
    } else {
      output = { stream, text };
    }
    answers.push(`${stream} ${output.text}`);
  }

  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= TOKEN_HEADER_LENGTH) {
      const end = TOKEN_HEADER_LENGTH + received.readUInt32BE(TOKEN_LENGTH_OFFSET);
      if (received.length < end) {
        break;
      }
      const payload = received.subarray(TOKEN_HEADER_LENGTH, end);
      add(describe(received.readUInt8(), payload));
      received = received.subarray(end);
    }
    wake();
  });
  const onClosed = () => {
    closed = true;
    wake();
  };
  socket.on('end', onClosed);
  socket.on('close', onClosed);
  // A reset ends the connection as well as an end does.
  socket.on('error', onClosed);

  const client: RawClient = {
    answers,
    isClosed: () => closed,
    async send(...pieces) {
      if (closed) {
        return;
      }
      await new Promise<void>((resolve) => {
        const done = () => {
          socket.off('close', done);
          resolve();
        };
        socket.once('close', done);
        socket.write(Buffer.concat(pieces), done);
      });
    },
    async request(request, changes = {}) {
      protocol = changes.protocol ?? 2;
      forged = request;
      const cleared = protocol === 1 ? ~TokenFlag.PROTOCOL : -1;
      const {
        firstFlags = FIRST_TOKEN_FLAGS & cleared,
        firstPayload = Buffer.alloc(0),
        contextFlags = CONTEXT_TOKEN_FLAGS & cleared,
        change = (token: Buffer) => token,
      } = changes;
      await client.send(
        frame(firstFlags, firstPayload),
        frame(contextFlags, change(Buffer.from(request.token))),
      );
    },
    async context() {
      await client.until(() => context !== undefined || closed);
      return context;
    },
    async message(message, flags) {
      const established = await client.context();
      if (established !== undefined) {
        lastMessage = message;
        await client.send(frame(flags, established.wrap(message)));
      }
    },
    end: () => void socket.end(),
    async until(done) {
      const abort = new AbortController();
      const over = sleep(PATIENCE_MS, true, { signal: abort.signal }).catch(() => true);
      while (!done()) {
        const woken = new Promise<boolean>((resolve) => {
          wakers.push(() => resolve(false));
        });
        if (await Promise.race([woken, over])) {
          break;
        }
      }
      abort.abort();
      return done();
    },
    forgetAnswer: () => void answers.pop(),
    destroy: () => void socket.destroy(),
  };
  return client;
}
