/** Target: replies of a KCM daemon. The first byte chooses the kind of reply. */
import { unlessRefused } from '../findings.js';
import { kcmProtocol } from '../krb5-internals.js';

const DECODERS = [
  kcmProtocol.splitKcmReply,
  kcmProtocol.decodeKcmName,
  kcmProtocol.decodeKcmUuids,
  kcmProtocol.decodeKcmPrincipal,
  kcmProtocol.decodeKcmCredential,
  kcmProtocol.decodeKcmCredentials,
  kcmProtocol.decodeKcmOffset,
];

export function fuzz(data: Buffer): void {
  const decode = DECODERS[(data[0] ?? 0) % DECODERS.length];
  unlessRefused([kcmProtocol.KcmReplyError], () => decode?.(data.subarray(1)));
}
