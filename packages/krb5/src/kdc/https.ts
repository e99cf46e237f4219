/** One request to a KDC through a proxy by HTTPS (MS-KKDCP). */
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP, isIPv6 } from 'node:net';
import {
  type ConnectionOptions,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { Asn1Error } from '../asn1/asn1-error.js';
import { recentlyUsed } from '../recently-used.js';
import { readAnchors } from './anchors.js';
import type { AcceptAnswer, KdcAddress, KdcProxy } from './kdc.js';
import { decodeProxyAnswer, encodeProxyRequest, MAX_PROXY_ANSWER } from './proxy-framing.js';

/**
 * Milliseconds that connecting may take when nobody waits any more. A socket that connects keeps the
 * process alive.
 */
const ABANDONED_CONNECT_MS = 500;
const HTTP_OK = 200;
/** Contexts that are kept: to make one from the certificates of all public CAs takes some 50 ms. */
const MAX_CONTEXTS = 4;

/** The contexts of TLS, by their certificates. */
const contexts = recentlyUsed<SecureContext>(MAX_CONTEXTS);

function contextOf(ca: string[]): SecureContext {
  const key = ca.join();
  const context = contexts.get(key) ?? createSecureContext({ ca });
  contexts.set(key, context);
  return context;
}

/**
 * Has the proxy at this address send `request` to a KDC, and reads one answer, until `signal` aborts.
 * The proxy must prove its name by a certificate that leads to http_anchors; redirections are not
 * followed. Throws the signal's reason, the socket's error, or Error for a certificate, a status or a
 * body that cannot be used. Once connected, the socket does not keep the process alive: the caller who
 * waits does. Once `abandoned` has aborted, connecting takes half a second at most.
 */
export async function exchangeByHttps<T>(
  address: KdcAddress,
  request: Uint8Array,
  accept: AcceptAnswer<T>,
  signal: AbortSignal,
  abandoned: AbortSignal,
): Promise<T> {
  const { proxy } = address;
  if (proxy === undefined) {
    throw new Error('this KDC is no proxy');
  }
  const secureContext = contextOf(await readAnchors(proxy.anchors));
  signal.throwIfAborted();
  const body = encodeProxyRequest(request, proxy.realm);
  const options = requestOptions(address, proxy, body.length);
  const accepted = accept(
    readBody(await post({ ...options, secureContext }, body, signal, abandoned)),
  );
  if (accepted === undefined) {
    throw new Error('the KDC proxy sent something other than an answer');
  }
  return accepted;
}

/** What node:https takes: it hands the options of TLS on to `tls.connect`. */
type PostOptions = RequestOptions & Pick<ConnectionOptions, 'secureContext'>;

function requestOptions(
  { address, port }: KdcAddress,
  { host, path }: KdcProxy,
  length: number,
): RequestOptions {
  return {
    host: address,
    port,
    path,
    method: 'POST',
    // An address has no name to ask for: the certificate must hold the address itself.
    servername: isIP(host) === 0 ? host.replace(/\.$/, '') : '',
    // NODE_TLS_REJECT_UNAUTHORIZED does not count.
    rejectUnauthorized: true,
    agent: false,
    headers: {
      Host: `${isIPv6(host) ? `[${host}]` : host}:${port}`,
      'Cache-Control': 'no-cache',
      Pragma: 'no-cache',
      'Content-Type': 'application/kerberos',
      'Content-Length': length,
    },
  };
}

function readBody(body: Uint8Array): Uint8Array {
  try {
    return decodeProxyAnswer(body);
  } catch (cause) {
    throw cause instanceof Asn1Error
      ? new Error('the KDC proxy sent something other than a KDC_PROXY_MESSAGE', { cause })
      : cause;
  }
}

/** Sends a body, and returns the body of an answer with status 200. */
function post(
  options: PostOptions,
  body: Uint8Array,
  signal: AbortSignal,
  abandoned: AbortSignal,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(options);
    let socket: TLSSocket | undefined;
    let connectTimer: NodeJS.Timeout | undefined;
    const onAbort = () => fail(signal.reason);
    const onAbandoned = () => {
      if (socket?.connecting !== false) {
        connectTimer = setTimeout(
          () => fail(new Error('the KDC proxy did not take the connection')),
          ABANDONED_CONNECT_MS,
        );
      }
    };
    const finish = () => {
      clearTimeout(connectTimer);
      abandoned.removeEventListener('abort', onAbandoned);
      signal.removeEventListener('abort', onAbort);
      request.destroy();
    };
    const fail = (error: unknown) => {
      finish();
      reject(certificateError(socket) ?? error);
    };
    signal.addEventListener('abort', onAbort);
    if (abandoned.aborted) {
      onAbandoned();
    } else {
      abandoned.addEventListener('abort', onAbandoned);
    }
    request.on('socket', (own) => {
      socket = own as TLSSocket;
      socket.unref();
      socket.on('connect', () => clearTimeout(connectTimer));
    });
    request.on('error', fail);
    request.on('close', () => fail(new Error('the KDC proxy closed the connection')));
    request.on('response', (response) => {
      response.on('error', fail);
      if (response.statusCode !== HTTP_OK) {
        fail(new Error(`the KDC proxy answered with the HTTP status ${response.statusCode}`));
        return;
      }
      const chunks: Buffer[] = [];
      let total = 0;
      response.on('data', (chunk: Buffer) => {
        total += chunk.length;
        if (total > MAX_PROXY_ANSWER) {
          fail(new Error(`the KDC proxy sent more than ${MAX_PROXY_ANSWER} bytes`));
          return;
        }
        chunks.push(chunk);
      });
      response.on('end', () => {
        finish();
        resolve(Buffer.concat(chunks));
      });
    });
    request.end(body);
  });
}

/** Makes the error for a certificate that was refused; undefined if none was. */
function certificateError(socket: TLSSocket | undefined): Error | undefined {
  const reason: unknown = socket?.authorizationError;
  if (!reason) {
    return undefined;
  }
  return String(reason) === 'ERR_TLS_CERT_ALTNAME_INVALID'
    ? new Error('the certificate of the KDC proxy is for another host')
    : new Error(
        `the certificate of the KDC proxy does not lead to a trusted one (${String(reason)}): see http_anchors`,
      );
}
