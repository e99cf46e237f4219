/**
 * Target: a name server's answer to a question for URI records, and the KDCs that it names.
 *
 * The first byte's lowest bit puts the question's own header and name before the rest, with that many
 * records.
 */
import { requireThat } from '../findings.js';
import { decodeDnsAnswer, encodeDnsQuestion, parseUriRecord } from '../krb5-internals.js';

const URI = 256;
const RESPONSE = 0x8180;
const COUNT_OFFSET = 6;

const asked = encodeDnsQuestion({ id: 1, name: '_kerberos.EXAMPLE.ORG', type: URI });

export function fuzz(data: Buffer): void {
  if (asked === undefined) {
    throw new Error('the question was not encoded');
  }
  const mode = data[0] ?? 0;
  const rest = data.subarray(1);
  const head = Buffer.from(asked);
  head.writeUInt16BE(RESPONSE, 2);
  head.writeUInt16BE(mode >> 1, COUNT_OFFSET);
  const answer = decodeDnsAnswer((mode & 1) === 0 ? rest : Buffer.concat([head, rest]), asked);
  const records = answer?.records ?? [];
  const length = records.reduce((sum, record) => sum + record.length, 0);
  requireThat('records lie in the message', length <= data.length);
  for (const record of records) {
    const kdc = parseUriRecord(record, { realm: 'EXAMPLE.ORG', anchors: [] })?.kdc;
    if (kdc !== undefined) {
      requireThat('a KDC has a host', kdc.host !== '');
      requireThat('a port is in the range of ports', kdc.port >= 1 && kdc.port <= 65_535);
      requireThat(
        'a proxy has a path, and no other KDC has',
        (kdc.transports[0] === 'https') === (kdc.proxy?.path.startsWith('/') ?? false),
      );
    }
  }
}
