/** Questions and answers of DNS as bytes (RFC 1035, section 4). */

/** One question to a name server. */
export interface DnsQuestion {
  /** The number that tells the answer from others, of 16 bits. */
  readonly id: number;
  readonly name: string;
  /** The number of the records' type. */
  readonly type: number;
}

/** The result codes that end a question (RFC 1035, section 4.1.1). */
export const ResponseCode = { NOERROR: 0, NXDOMAIN: 3 } as const;

/** An answer to one question. */
export interface DnsAnswer {
  readonly code: number;
  /** Whether the answer did not fit the datagram. */
  readonly truncated: boolean;
  /** The data of the records of the asked type. */
  readonly records: readonly Uint8Array[];
}

const HEADER_LENGTH = 12;
const MAX_LABEL = 63;
const MAX_NAME = 255;
const CLASS_IN = 1;
/** The parts of the header's flags. */
const RECURSION_DESIRED = 0x0100;
const RESPONSE_AND_OPCODE = 0xf800;
const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;
const CODE = 0x000f;
/** A length with these bits is the first octet of a pointer (section 4.1.4). */
const POINTER = 0xc0;
/** Type, class, time to live and length of data. */
const RECORD_HEAD_LENGTH = 10;
/** The octets of type and class after the name in a question. */
const QUESTION_TAIL_LENGTH = 4;
/** Capital letters of ASCII differ from small ones by this. */
const CASE_BIT = 0x20;

/** Encodes a question. Returns undefined if DNS cannot hold the name. */
export function encodeDnsQuestion({ id, name, type }: DnsQuestion): Buffer | undefined {
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .map((label) => Buffer.from(label));
  const length = labels.reduce((sum, label) => sum + 1 + label.length, 1);
  if (length > MAX_NAME || labels.some((label) => label.length === 0 || label.length > MAX_LABEL)) {
    return undefined;
  }
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(RECURSION_DESIRED, 2);
  header.writeUInt16BE(1, 4);
  const tail = Buffer.alloc(1 + QUESTION_TAIL_LENGTH);
  tail.writeUInt16BE(type, 1);
  tail.writeUInt16BE(CLASS_IN, 3);
  return Buffer.concat([
    header,
    ...labels.flatMap((label) => [Buffer.of(label.length), label]),
    tail,
  ]);
}

/**
 * Decodes the answer to the question that `encodeDnsQuestion` encoded as `asked`. Returns undefined
 * for bytes that are no answer to it, or that are damaged. Names in the answer are not followed, so
 * it takes time and memory in proportion to the bytes.
 */
export function decodeDnsAnswer(answer: Uint8Array, asked: Uint8Array): DnsAnswer | undefined {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.length);
  if (bytes.length < asked.length || !isSameQuestion(bytes, asked)) {
    return undefined;
  }
  const flags = bytes.readUInt16BE(2);
  const type = bytes.readUInt16BE(asked.length - QUESTION_TAIL_LENGTH);
  const count = bytes.readUInt16BE(6);
  const records: Uint8Array[] = [];
  let at = asked.length;
  for (let record = 0; record < count; record += 1) {
    const head = endOfName(bytes, at);
    if (head === undefined || head + RECORD_HEAD_LENGTH > bytes.length) {
      return undefined;
    }
    const start = head + RECORD_HEAD_LENGTH;
    const end = start + bytes.readUInt16BE(head + 8);
    if (end > bytes.length) {
      return undefined;
    }
    if (bytes.readUInt16BE(head) === type && bytes.readUInt16BE(head + 2) === CLASS_IN) {
      records.push(new Uint8Array(bytes.subarray(start, end)));
    }
    at = end;
  }
  return { code: flags & CODE, truncated: (flags & TRUNCATED) !== 0, records };
}

/** Tells whether a message answers a question: same number, same name in any case, same type. */
function isSameQuestion(bytes: Buffer, asked: Uint8Array): boolean {
  const question = Buffer.from(asked.buffer, asked.byteOffset, asked.length);
  return (
    bytes.readUInt16BE(0) === question.readUInt16BE(0) &&
    (bytes.readUInt16BE(2) & RESPONSE_AND_OPCODE) === RESPONSE &&
    bytes.readUInt16BE(4) === 1 &&
    question
      .subarray(HEADER_LENGTH)
      .every((octet, at) => isSameLetter(octet, bytes[HEADER_LENGTH + at] ?? 0))
  );
}

function isSameLetter(a: number, b: number): boolean {
  return a === b || ((a ^ b) === CASE_BIT && /[A-Za-z]/.test(String.fromCharCode(a)));
}

/** Returns where the name at `start` ends; undefined if the message ends before. */
function endOfName(bytes: Buffer, start: number): number | undefined {
  let at = start;
  for (let length = bytes[at]; length !== undefined; length = bytes[at]) {
    if (length === 0) {
      return at + 1;
    }
    if ((length & POINTER) === POINTER) {
      return at + 2;
    }
    if (length > MAX_LABEL) {
      return undefined;
    }
    at += 1 + length;
  }
  return undefined;
}
