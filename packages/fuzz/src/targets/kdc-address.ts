/** The addresses of KDCs in krb5.conf. */
import { requireThat } from '../findings.js';
import { parseKdc } from '../krb5.js';

export function fuzz(data: Buffer): void {
  const kdc = parseKdc(data.toString('utf8'));
  if (kdc !== undefined) {
    requireThat('a port can be asked', kdc.port >= 1 && kdc.port <= 65_535);
    requireThat(
      'there is a host and a way to ask it',
      kdc.host !== '' && kdc.transports.length > 0,
    );
  }
}
