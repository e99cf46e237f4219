/** Target: addresses of KDCs in krb5.conf. */
import { requireThat } from '../findings.js';
import { parseKdc } from '../krb5-internals.js';

export function fuzz(data: Buffer): void {
  const kdc = parseKdc(data.toString('utf8'), { realm: 'R', anchors: [] });
  if (kdc !== undefined) {
    requireThat('a port is in the range of ports', kdc.port >= 1 && kdc.port <= 65_535);
    requireThat('a KDC has a host and a transport', kdc.host !== '' && kdc.transports.length > 0);
  }
}
