/** A connection to a Kerberos Cache Manager by its Unix socket. */
import { connect } from 'node:net';
import { onAbort } from '../abort-calls.js';
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { systemErrorCode } from '../file/read-file.js';
import { MAX_REPLY_BYTES } from './kcm-protocol.js';

/**
 * Milliseconds that a daemon may take for all answers of a connection. A system may start the daemon
 * only when somebody connects.
 */
const CONNECTION_MS = 10_000;
/** The most bytes of all answers of a connection: a cache in pieces is no larger than one in a reply. */
const MAX_CONNECTION_BYTES = 2 * MAX_REPLY_BYTES;
const LENGTH_BYTES = 4;
/** The length of a reply, and the status of the transport. */
const HEAD_BYTES = 8;

/** One connection. Its calls come one after the other. */
export interface KcmSocket {
  /**
   * Sends a request and returns the reply, from its status on. Throws Krb5Error KRB5_KCM_NO_SERVER
   * if nobody listens, KRB5_FCC_PERM if the system refuses the socket, KRB5_KCM_REPLY_TOO_BIG for
   * more than `MAX_REPLY_BYTES`, or twice as many in all, KRB5_CC_IO if ten seconds have passed since
   * the connection was opened or the daemon ends it, and the signal's reason. After an error the
   * connection is closed.
   */
  call(request: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

/** What to do about a daemon that is not there or does not work. */
const REMEDY =
  'start it (sssd-kcm.socket and sssd-kcm.service on many systems), set kcm_socket under ' +
  '[libdefaults] in krb5.conf to its socket, or run kinit -c FILE:/path and set KRB5CCNAME=FILE:/path';

/** Makes the error for a daemon that does not do what it should. `path` is its socket. */
export function kcmError(code: number, path: string, what: string, cause?: unknown): Krb5Error {
  return new Krb5Error(code, `the KCM daemon at ${path} ${what}: ${REMEDY}`, { cause });
}

/** Makes the error for a connection that the system ends or refuses. */
function socketError(path: string, cause: unknown): Krb5Error {
  const code = systemErrorCode(cause);
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK' || code === 'ENOTDIR') {
    return kcmError(LocalErrorCode.KRB5_KCM_NO_SERVER, path, `does not listen (${code})`, cause);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return kcmError(LocalErrorCode.KRB5_FCC_PERM, path, 'may not be used by this user', cause);
  }
  const why = code === undefined ? '' : ` (${code})`;
  return kcmError(LocalErrorCode.KRB5_CC_IO, path, `ended the connection${why}`, cause);
}

/** Connects to the daemon whose socket is at `path`. Errors come from `call`. */
export function openKcmSocket(path: string, signal: AbortSignal | undefined): KcmSocket {
  const socket = connect({ path });
  let received = Buffer.alloc(0);
  let chunks: Buffer[] = [];
  let length = 0;
  let total = 0;
  let failure: { readonly error: unknown } | undefined;
  let wake: () => void = () => undefined;

  const fail = (error: unknown) => {
    failure ??= { error };
    socket.destroy();
    wake();
  };
  const notAnyMore =
    signal?.aborted === false ? onAbort(signal, () => fail(signal.reason)) : undefined;
  if (signal?.aborted === true) {
    fail(signal.reason);
  }
  socket.on('error', (error) => fail(socketError(path, error)));
  socket.on('close', () => fail(socketError(path, undefined)));
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    total += chunk.length;
    if (total > MAX_CONNECTION_BYTES) {
      fail(tooBig(path));
    }
    wake();
  });

  /** Returns the next bytes, once there are enough of them. */
  const take = async (wanted: number): Promise<Uint8Array> => {
    while (length < wanted && failure === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failure !== undefined && length < wanted) {
      throw failure.error;
    }
    received = Buffer.concat([received, ...chunks]);
    chunks = [];
    const taken = received.subarray(0, wanted);
    received = received.subarray(wanted);
    length -= wanted;
    return taken;
  };

  const exchange = async (request: Uint8Array): Promise<Uint8Array> => {
    const head = Buffer.alloc(LENGTH_BYTES);
    head.writeUInt32BE(request.length);
    socket.write(Buffer.concat([head, request]));
    const replyHead = Buffer.from(await take(HEAD_BYTES));
    const replyLength = replyHead.readUInt32BE(0);
    const status = replyHead.readInt32BE(LENGTH_BYTES);
    if (status !== 0) {
      throw kcmError(status, path, `failed with code ${status}`);
    }
    if (replyLength > MAX_REPLY_BYTES) {
      throw tooBig(path);
    }
    return take(replyLength);
  };

  const timer = setTimeout(() => fail(silent(path)), CONNECTION_MS);
  return {
    async call(request) {
      try {
        return await exchange(request);
      } catch (error) {
        fail(error);
        throw error;
      }
    },
    close() {
      clearTimeout(timer);
      notAnyMore?.();
      socket.destroy();
    },
  };
}

function silent(path: string): Krb5Error {
  const seconds = CONNECTION_MS / 1000;
  return kcmError(LocalErrorCode.KRB5_CC_IO, path, `did not answer within ${seconds} seconds`);
}

function tooBig(path: string): Krb5Error {
  const what = `sends more than ${MAX_REPLY_BYTES} bytes`;
  return kcmError(LocalErrorCode.KRB5_KCM_REPLY_TOO_BIG, path, what);
}
