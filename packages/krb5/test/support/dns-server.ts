/** A DNS server with a few records. Messages: RFC 1035, section 4; SRV records: RFC 2782. */
import dns from 'node:dns';
import { LOOPBACK, listenUdp } from './loopback.js';

export type DnsRecord =
  | {
      readonly type: 'SRV';
      readonly target: string;
      readonly port: number;
      readonly priority?: number;
      readonly weight?: number;
    }
  | { readonly type: 'URI'; readonly target: string }
  | { readonly type: 'CNAME'; readonly target: string }
  | { readonly type: 'A'; readonly address: string };

export interface DnsServer {
  /** The questions that the server got, as `TYPE name`. */
  readonly questions: readonly string[];
  close(): void;
}

const TYPE_NUMBER = { A: 1, CNAME: 5, SRV: 33, URI: 256 } as const;
const CLASS_IN = 1;
const TTL_S = 60;
const HEADER_LENGTH = 12;
/** This is a response, and recursion is desired and available (RFC 1035, section 4.1.1). */
const RESPONSE_FLAGS = 0x8180;
const SERVFAIL = 2;
const NXDOMAIN = 3;

/**
 * Starts a DNS server, and has this process's resolver ask this server only; `close` undoes that.
 * The keys of `records` are names in lower case; the server answers NXDOMAIN for any other name.
 * With `fail` it answers every question with SERVFAIL. It does not answer questions for `silent`.
 */
export async function startDnsServer(
  records: Readonly<Record<string, readonly DnsRecord[]>>,
  { fail = false, silent }: { readonly fail?: boolean; readonly silent?: DnsRecord['type'] } = {},
): Promise<DnsServer> {
  const questions: string[] = [];
  const socket = await listenUdp((query, { port, address }) => {
    const { name, end } = readName(query, HEADER_LENGTH);
    const type = query.readUInt16BE(end);
    const typeName = Object.entries(TYPE_NUMBER).find(([, number]) => number === type)?.[0] ?? type;
    questions.push(`${typeName} ${name}`);
    if (typeName === silent) {
      return;
    }
    const known = records[name];
    const answers = (known ?? []).filter((record) => TYPE_NUMBER[record.type] === type);
    const header = Buffer.alloc(HEADER_LENGTH);
    query.copy(header, 0, 0, 2);
    const code = fail ? SERVFAIL : known === undefined ? NXDOMAIN : 0;
    header.writeUInt16BE(RESPONSE_FLAGS | code, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(answers.length, 6);
    const question = query.subarray(HEADER_LENGTH, end + 4);
    socket.send(
      Buffer.concat([header, question, ...answers.map(encodeRecord(name))]),
      port,
      address,
    );
  });
  const before = dns.getServers();
  dns.setServers([`${LOOPBACK}:${socket.address().port}`]);
  return {
    questions,
    close: () => {
      dns.setServers(before);
      socket.close();
    },
  };
}

function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const parts = labels.map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  return Buffer.concat([...parts, Buffer.alloc(1)]);
}

function uint16s(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * numbers.length);
  for (const [at, number] of numbers.entries()) {
    bytes.writeUInt16BE(number, 2 * at);
  }
  return bytes;
}

function encodeData(record: DnsRecord): Buffer {
  switch (record.type) {
    case 'A':
      return Buffer.from(record.address.split('.').map(Number));
    case 'CNAME':
      return encodeName(record.target);
    case 'URI':
      return Buffer.concat([uint16s(0, 0), Buffer.from(record.target)]);
    case 'SRV': {
      const numbers = uint16s(record.priority ?? 0, record.weight ?? 0, record.port);
      return Buffer.concat([numbers, encodeName(record.target)]);
    }
  }
}

const encodeRecord =
  (name: string) =>
  (record: DnsRecord): Buffer => {
    const data = encodeData(record);
    const head = uint16s(TYPE_NUMBER[record.type], CLASS_IN, 0, TTL_S, data.length);
    return Buffer.concat([encodeName(name), head, data]);
  };
