/** A proxy that makes remctld look like a server of protocol 1. */
import { Transform } from 'node:stream';
import { TOKEN_HEADER_LENGTH, TokenFlag } from '@remctl/core/wire';
import { type ProxyAddress, type RemctldProxy, startProxy } from './tcp-proxy.js';

/**
 * Removes TOKEN_PROTOCOL from the flags of context tokens. A header may come in any number of
 * pieces.
 */
function clearProtocolFlag(): Transform {
  let header: number[] = [];
  let payload = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const bytes = Buffer.from(chunk);
      for (let at = 0; at < bytes.length; ) {
        if (payload > 0) {
          const step = Math.min(payload, bytes.length - at);
          payload -= step;
          at += step;
          continue;
        }
        const byte = bytes[at] ?? 0;
        if (header.length === 0 && (byte & (TokenFlag.CONTEXT | TokenFlag.CONTEXT_NEXT)) !== 0) {
          bytes[at] = byte & ~TokenFlag.PROTOCOL;
        }
        header.push(byte);
        at += 1;
        if (header.length === TOKEN_HEADER_LENGTH) {
          payload = Buffer.from(header).readUInt32BE(1);
          header = [];
        }
      }
      done(null, bytes);
    },
  });
}

/**
 * Starts a proxy that removes TOKEN_PROTOCOL in both directions: remctld sees a client of protocol
 * 1, and the client sees a server of protocol 1 and has to fall back to it (protocol, section 2.1).
 */
export function startProtocol1Proxy(target: number, at: ProxyAddress = {}): Promise<RemctldProxy> {
  return startProxy(target, { at, fromClient: clearProtocolFlag, fromServer: clearProtocolFlag });
}
