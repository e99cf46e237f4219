/** A name server for tests, whose answers rotate. */
import { createServer, type Socket } from 'node:net';
import {
  type AnswerRecord,
  decodeQuestion,
  encodeAnswer,
  RECORD_TYPES,
  type RecordType,
  ResponseCode,
  type SrvData,
  type UriData,
} from './dns-message.js';
import { LOOPBACK, listenOnBoth } from './ports.js';

/** The records of a name, by type. */
export interface NameRecords {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  /** With several, each question gets another one, as from a name server that balances load. */
  readonly CNAME?: readonly string[];
  readonly PTR?: readonly string[];
  readonly SRV?: readonly SrvData[];
  readonly URI?: readonly UriData[];
  /** The types that SERVFAIL answers questions for; true for all of them. */
  readonly fails?: true | readonly RecordType[];
}

/** All records, by name in lower case and without a last dot. See `reverseName` for addresses. */
export type DnsRecords = Readonly<Record<string, NameRecords>>;

export interface DnsServer extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** The questions so far, `TYPE name`, in the order of their arrival. */
  readonly questions: readonly string[];
}

/** The longest chain of aliases in one answer. */
const MAX_ALIASES = 16;
/** Longer answers go by TCP (RFC 9715, section 3.1). */
const MAX_UDP_BYTES = 1400;
const MAX_TCP_BYTES = 0xffff;
const DNS_PORT = 53;

const TYPE_NAMES = new Map<number, RecordType>(
  (Object.keys(RECORD_TYPES) as RecordType[]).map((type) => [RECORD_TYPES[type], type]),
);

function failsFor(own: NameRecords | undefined, type: RecordType | undefined): boolean {
  const { fails = [] } = own ?? {};
  return fails === true || (type !== undefined && fails.includes(type));
}

/**
 * Makes the function that answers questions. A name's records begin with another one in each answer. A
 * question for AAAA does not count, since a resolver asks for A and AAAA together: so two look-ups differ.
 */
function answerer(records: DnsRecords) {
  const turns = new Map<string, number>();
  const names = Object.keys(records);

  function rotated<T>(name: string, asked: RecordType, all: readonly T[]): readonly T[] {
    const turn = turns.get(name) ?? 0;
    if (asked !== 'AAAA') {
      turns.set(name, turn + 1);
    }
    const first = turn % all.length;
    return [...all.slice(first), ...all.slice(0, first)];
  }

  function recordsOf(owner: string, own: NameRecords, type: RecordType): readonly AnswerRecord[] {
    const name = owner.toLowerCase();
    if (type === 'SRV') {
      return rotated(name, type, own.SRV ?? []).map((data) => ({ owner, type, data }));
    }
    return type === 'URI'
      ? rotated(name, type, own.URI ?? []).map((data) => ({ owner, type, data }))
      : rotated(name, type, own[type] ?? []).map((data) => ({ owner, type, data }));
  }

  return (asked: string, type: RecordType | undefined) => {
    const found: AnswerRecord[] = [];
    let owner = asked;
    for (let alias = 0; alias <= MAX_ALIASES; alias += 1) {
      const name = owner.toLowerCase();
      const own = records[name];
      if (failsFor(own, type)) {
        return { code: ResponseCode.SERVFAIL, records: [] };
      }
      if (own === undefined) {
        const isInside = names.some((each) => each.endsWith(`.${name}`));
        return { code: isInside ? ResponseCode.NOERROR : ResponseCode.NXDOMAIN, records: found };
      }
      if (own.CNAME === undefined || type === undefined || type === 'CNAME') {
        found.push(
          ...(type === undefined
            ? []
            : recordsOf(owner, own, type).slice(0, type === 'CNAME' ? 1 : undefined)),
        );
        break;
      }
      const [target = ''] = rotated(name, type, own.CNAME);
      found.push({ owner, type: 'CNAME', data: target });
      owner = target.replace(/\.$/, '');
    }
    return { code: ResponseCode.NOERROR, records: found };
  };
}

/**
 * Starts a name server on UDP and TCP. Inside `withNetwork`, port 53 of every address of loopback is free.
 * Names that `records` lacks do not exist. Throws the system's error if the port is taken.
 */
export async function startDnsServer(
  records: DnsRecords,
  { address = LOOPBACK, port: wanted = DNS_PORT }: { address?: string; port?: number } = {},
): Promise<DnsServer> {
  const answer = answerer(records);
  const questions: string[] = [];
  const reply = (query: Buffer, longest: number) => {
    const { name, type } = decodeQuestion(query);
    const typeName = TYPE_NAMES.get(type);
    questions.push(`${typeName ?? type} ${name}`);
    const answered = answer(name, typeName);
    const whole = encodeAnswer(query, answered, false);
    return whole.length <= longest ? whole : encodeAnswer(query, answered, true);
  };

  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client may hang up at any time.
    socket.on('error', () => socket.destroy());
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
        const end = 2 + bytes.readUInt16BE(0);
        const message = reply(bytes.subarray(2, end), MAX_TCP_BYTES);
        bytes = bytes.subarray(end);
        socket.write(
          Buffer.concat([Buffer.of(message.length >> 8, message.length & 0xff), message]),
        );
      }
    });
  });
  const { udp, port } = await listenOnBoth(tcp, wanted, address);
  udp.on('message', (query, from) => {
    udp.send(reply(query, MAX_UDP_BYTES), from.port, from.address);
  });
  return {
    address,
    port,
    questions,
    async [Symbol.asyncDispose]() {
      udp.close();
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
}
