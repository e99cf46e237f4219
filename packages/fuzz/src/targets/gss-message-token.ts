/**
 * Target: Wrap and MIC tokens (RFC 4121, section 4.2).
 *
 * The first byte says what the rest is: a token itself, or parts of a token. The target seals such
 * parts with the right key, as a peer does that makes wrong tokens.
 */
import { createMessageProtection, GssError } from '@remctl/krb5';
import { requireThat, unlessRefused } from '../findings.js';
import { keyFor } from '../keys.js';
import { checksumWith, deriveKeys, encryptWith, KeyUsage } from '../krb5-internals.js';

const HEADER = 16;
const EC = 4;

function protections(key: ReturnType<typeof keyFor>, requireConfidentiality: boolean) {
  const options = {
    key,
    acceptorSubkey: true,
    sendSeq: 0n,
    recvSeq: 0n,
    replay: true,
    sequence: false,
    requireConfidentiality,
  };
  return {
    initiator: createMessageProtection({ ...options, role: 'initiator' }),
    acceptor: createMessageProtection({ ...options, role: 'acceptor' }),
  };
}

export function fuzz(data: Buffer): void {
  const mode = data[0] ?? 0;
  const rest = data.subarray(1);
  const key = keyFor(mode >> 3);
  const { initiator, acceptor } = protections(key, (mode & 0x10) !== 0);
  const header = Buffer.alloc(HEADER);
  rest.copy(header, 0, 0, HEADER);
  const body = rest.subarray(HEADER);
  const keys = deriveKeys(key, KeyUsage.GSS_INITIATOR_SEAL);
  switch (mode & 7) {
    case 0:
      unlessRefused([GssError], () => acceptor.unwrap(rest));
      break;
    case 1:
      unlessRefused([GssError], () => acceptor.verifyMic(Buffer.from('message'), rest));
      break;
    case 2:
      // A Wrap token with confidentiality; only `body` is encrypted, without the header's copy.
      unlessRefused([GssError], () =>
        acceptor.unwrap(Buffer.concat([header, encryptWith(keys, [body])])),
      );
      break;
    case 3:
      // A Wrap token with confidentiality; the header's copy is encrypted too, as it has to be.
      unlessRefused([GssError], () => {
        const inner = Buffer.from(header);
        inner.fill(0, 6, 8);
        const message = acceptor.unwrap(Buffer.concat([header, encryptWith(keys, [body, inner])]));
        requireThat('a message is not longer than its token', message.length <= body.length);
      });
      break;
    case 4: {
      // A Wrap token without confidentiality.
      const signed = Buffer.from(header);
      signed.fill(0, EC, 8);
      const mac = checksumWith(keys, [body, signed]);
      unlessRefused([GssError], () => acceptor.unwrap(Buffer.concat([header, body, mac])));
      break;
    }
    default:
      requireThat(
        'an unwrapped message is the wrapped one',
        acceptor.unwrap(initiator.wrap(rest)).equals(rest),
      );
      acceptor.verifyMic(rest, initiator.getMic(rest));
  }
}
