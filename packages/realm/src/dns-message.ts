/** Questions and answers of DNS as bytes (RFC 1035). */
import { isIPv4, SocketAddress } from 'node:net';

/** The types of records that the test's name server knows, by number. */
export const RECORD_TYPES = { A: 1, CNAME: 5, PTR: 12, AAAA: 28, SRV: 33, URI: 256 } as const;

export type RecordType = keyof typeof RECORD_TYPES;

/** The data of an SRV record (RFC 2782). */
export interface SrvData {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** A host's name; `.` says that there is no such service. */
  readonly target: string;
}

/** The data of a URI record (RFC 7553). */
export interface UriData {
  readonly priority: number;
  readonly weight: number;
  readonly target: string;
}

/** A record of an answer: `owner`, in any case of letters, has `data`. */
export type AnswerRecord =
  | {
      readonly owner: string;
      readonly type: Exclude<RecordType, 'SRV' | 'URI'>;
      readonly data: string;
    }
  | { readonly owner: string; readonly type: 'SRV'; readonly data: SrvData }
  | { readonly owner: string; readonly type: 'URI'; readonly data: UriData };

export interface Question {
  /** Without its last dot, in the letters of the question. */
  readonly name: string;
  /** The number of the type, which need not be a RecordType. */
  readonly type: number;
}

/** The result of a question (RFC 1035, section 4.1.1). */
export const ResponseCode = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3 } as const;

const HEADER_LENGTH = 12;
const CLASS_IN = 1;
/** Seconds. Caches would hide which answer a client got. */
const TTL = 0;
/** A response from an authority that also recurses. */
const RESPONSE = 0x8580;
const TRUNCATED = 0x0200;

/** Returns the name in DNS of an address, which has the PTR records: `1.0.0.127.in-addr.arpa`. */
export function reverseName(address: string): string {
  if (isIPv4(address)) {
    return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  }
  return `${[...ipv6Bytes(address).toString('hex')].reverse().join('.')}.ip6.arpa`;
}

function ipv6Bytes(text: string): Buffer {
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  const [head = '', tail = ''] = address.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const zeros = address.includes('::') ? 8 - groups(head).length - groups(tail).length : 0;
  const all = [...groups(head), ...Array<string>(zeros).fill('0'), ...groups(tail)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const encoded = labels.map((label) => Buffer.from(label, 'latin1'));
  return Buffer.concat([
    ...encoded.flatMap((label) => [Buffer.of(label.length), label]),
    Buffer.of(0),
  ]);
}

const uint16 = (...values: readonly number[]) =>
  Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));

function dataBytes(record: AnswerRecord): Buffer {
  switch (record.type) {
    case 'A':
      return Buffer.from(record.data.split('.').map(Number));
    case 'AAAA':
      return ipv6Bytes(record.data);
    case 'CNAME':
    case 'PTR':
      return nameBytes(record.data);
    case 'SRV': {
      const { priority, weight, port, target } = record.data;
      return Buffer.concat([uint16(priority, weight, port), nameBytes(target)]);
    }
    case 'URI': {
      const { priority, weight, target } = record.data;
      return Buffer.concat([uint16(priority, weight), Buffer.from(target, 'latin1')]);
    }
  }
}

/** Reads the question of a query. */
export function decodeQuestion(query: Buffer): Question {
  const labels: string[] = [];
  let at = HEADER_LENGTH;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1) };
}

/** Makes the answer to `query`. With `truncated`, it has no records: the client asks again by TCP. */
export function encodeAnswer(
  query: Buffer,
  { code, records }: { readonly code: number; readonly records: readonly AnswerRecord[] },
  truncated: boolean,
): Buffer {
  const given = truncated ? [] : records;
  const { name, type } = decodeQuestion(query);
  return Buffer.concat([
    query.subarray(0, 2),
    uint16(RESPONSE | (truncated ? TRUNCATED : 0) | code, 1, given.length, 0, 0),
    nameBytes(name),
    uint16(type, CLASS_IN),
    ...given.flatMap((record) => {
      const data = dataBytes(record);
      return [
        nameBytes(record.owner),
        uint16(RECORD_TYPES[record.type], CLASS_IN, 0, TTL, data.length),
        data,
      ];
    }),
  ]);
}
