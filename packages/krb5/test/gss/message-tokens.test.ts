/** Wrap and MIC tokens, with damaged, forged and replayed ones. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checksumWith } from '../../src/crypto/checksum.js';
import { encryptWith } from '../../src/crypto/encryption.js';
import {
  DEFAULT_ETYPES,
  deriveKeys,
  EncryptionKey,
  etypeInfo,
  KeyUsage,
  randomKey,
} from '../../src/crypto/index.js';
import { GssError } from '../../src/errors.js';
import {
  createMessageProtection,
  type MessageProtection,
  type MessageProtectionOptions,
} from '../../src/gss/message-tokens.js';

const HEADER = 16;
const infos = DEFAULT_ETYPES.map((etype) => etypeInfo(etype));

interface Pair {
  readonly key: EncryptionKey;
  readonly initiator: MessageProtection;
  readonly acceptor: MessageProtection;
}

type Change = Partial<Omit<MessageProtectionOptions, 'role' | 'sendSeq' | 'recvSeq'>>;

const INITIATOR_SEQ = 1000n;
const ACCEPTOR_SEQ = 2000n;

function pair(etype: number, change: Change = {}): Pair {
  const key = change.key ?? randomKey(etype);
  const options = { key, acceptorSubkey: true, replay: true, sequence: true, ...change };
  return {
    key,
    initiator: createMessageProtection({
      ...options,
      role: 'initiator',
      sendSeq: INITIATOR_SEQ,
      recvSeq: ACCEPTOR_SEQ,
    }),
    acceptor: createMessageProtection({
      ...options,
      role: 'acceptor',
      sendSeq: ACCEPTOR_SEQ,
      recvSeq: INITIATOR_SEQ,
    }),
  };
}

function statusOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof GssError) {
      return error.name;
    }
    throw error;
  }
  return undefined;
}

/** Rotates the octets after the header right by `count`, the new RRC (RFC 4121, section 4.2.5). */
function rotated(token: Buffer, count: number): Buffer {
  const header = Buffer.from(token.subarray(0, HEADER));
  header.writeUInt16BE(count, 6);
  const body = token.subarray(HEADER);
  const at = body.length - (count % body.length);
  return Buffer.concat([header, body.subarray(at), body.subarray(0, at)]);
}

function changed(bytes: Uint8Array, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

interface HeaderFields {
  readonly id?: number;
  readonly flags?: number;
  readonly filler?: number;
  readonly ec?: number;
  readonly rrc?: number;
  readonly seq?: bigint;
}

/** Returns the header of the initiator's Wrap token; fields that are not given are right. */
function wrapHeader(fields: HeaderFields = {}): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(fields.id ?? 0x0504);
  header[2] = fields.flags ?? 0x06;
  header[3] = fields.filler ?? 0xff;
  header.writeUInt16BE(fields.ec ?? 0, 4);
  header.writeUInt16BE(fields.rrc ?? 0, 6);
  header.writeBigUInt64BE(fields.seq ?? INITIATOR_SEQ, 8);
  return header;
}

/** Returns a Wrap token made from any parts and encrypted with the right key. */
function forged(
  key: EncryptionKey,
  outer: HeaderFields,
  inner: HeaderFields,
  before: Uint8Array,
): Buffer {
  const keys = deriveKeys(key, KeyUsage.GSS_INITIATOR_SEAL);
  return Buffer.concat([wrapHeader(outer), encryptWith(keys, [before, wrapHeader(inner)])]);
}

describe.each(infos)('$name', ({ etype, macLength }) => {
  test('messages of any length go both ways', () => {
    const { initiator, acceptor } = pair(etype);
    for (const length of [...Array(100).keys(), 4096, 65_535, 65_536, 65_537, 1_048_576]) {
      const message = randomBytes(length);
      const request = initiator.wrap(message);
      expect(request.length).toBe(HEADER + 16 + length + HEADER + macLength);
      expect(acceptor.unwrap(request).equals(message)).toBe(true);
      expect(initiator.unwrap(acceptor.wrap(message)).equals(message)).toBe(true);
    }
  });

  test('Wrap and MIC tokens share one sequence of numbers', () => {
    const { initiator, acceptor } = pair(etype);
    const message = randomBytes(30);
    const mic = initiator.getMic(message);
    const token = initiator.wrap(message);
    expect(mic.length).toBe(HEADER + macLength);
    expect(mic.readBigUInt64BE(8)).toBe(INITIATOR_SEQ);
    expect(token.readBigUInt64BE(8)).toBe(INITIATOR_SEQ + 1n);
    acceptor.verifyMic(message, mic);
    expect(acceptor.unwrap(token).equals(message)).toBe(true);

    const answer = acceptor.getMic(message);
    initiator.verifyMic(message, answer);
  });

  test('headers are those of RFC 4121, sections 4.2.6.1 and 4.2.6.2', () => {
    const header = (token: Buffer) => token.subarray(0, HEADER).toString('hex');
    const withSubkey = pair(etype);
    expect(header(withSubkey.initiator.wrap(Buffer.of(1)))).toBe(
      '050406ff0000000000000000000003e8',
    );
    expect(header(withSubkey.acceptor.wrap(Buffer.of(1)))).toBe('050407ff0000000000000000000007d0');
    expect(header(withSubkey.initiator.getMic(Buffer.of(1)))).toBe(
      '040404ffffffffff00000000000003e9',
    );
    expect(header(withSubkey.acceptor.getMic(Buffer.of(1)))).toBe(
      '040405ffffffffff00000000000007d1',
    );
    const without = pair(etype, { acceptorSubkey: false });
    expect(header(without.initiator.wrap(Buffer.of(1)))).toBe('050402ff0000000000000000000003e8');
    expect(header(without.acceptor.getMic(Buffer.of(1)))).toBe('040401ffffffffff00000000000007d0');
  });

  test('a message may lie inside a larger buffer, and is not changed', () => {
    const { initiator, acceptor } = pair(etype);
    const buffer = randomBytes(200);
    const before = Buffer.from(buffer);
    const token = initiator.wrap(new Uint8Array(buffer.buffer, buffer.byteOffset + 50, 90));
    const received = Buffer.concat([randomBytes(7), token, randomBytes(7)]);
    const untouched = Buffer.from(received);
    const message = acceptor.unwrap(received.subarray(7, -7));
    expect(message.equals(before.subarray(50, 140))).toBe(true);
    expect(buffer.equals(before)).toBe(true);
    expect(received.equals(untouched)).toBe(true);
    received.fill(0);
    expect(message.equals(before.subarray(50, 140))).toBe(true);
  });

  test('a message keeps its octets through later calls', () => {
    const { initiator, acceptor } = pair(etype);
    const tokens = [1, 2, 3].map((octet) => initiator.wrap(Buffer.alloc(70, octet)));
    const messages = tokens.map((token) => acceptor.unwrap(token));
    expect(messages).toEqual([1, 2, 3].map((octet) => Buffer.alloc(70, octet)));
  });

  test('every rotation is undone, also by more octets than there are', () => {
    const message = randomBytes(21);
    const { key, initiator } = pair(etype);
    const token = initiator.wrap(message);
    const length = token.length - HEADER;
    for (const count of [...Array(2 * length + 2).keys(), 28, 1000, 65_535]) {
      const { acceptor } = pair(etype, { key });
      expect(acceptor.unwrap(rotated(token, count)).equals(message)).toBe(true);
    }
  });

  test('filler of EC octets is removed', () => {
    const message = Buffer.from('message');
    for (const ec of [1, 15, 16, 100]) {
      const { key, acceptor } = pair(etype);
      const token = forged(key, { ec }, { ec }, Buffer.concat([message, randomBytes(ec)]));
      expect(acceptor.unwrap(token).toString()).toBe('message');
    }
  });

  test('a Wrap token with any bit flipped is refused, and the token itself is accepted afterwards', () => {
    const { initiator, acceptor } = pair(etype);
    // The length after the header is odd, so no flipped bit of RRC gives the same rotation.
    const message = randomBytes(23);
    const token = initiator.wrap(message);
    for (let bit = 0; bit < token.length * 8; bit++) {
      const damaged = changed(token, bit >> 3, (token[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      expect([bit, statusOf(() => acceptor.unwrap(damaged))]).toEqual([
        bit,
        expect.stringMatching(/^GSS_S_(DEFECTIVE_TOKEN|BAD_SIG)$/),
      ]);
    }
    expect(acceptor.unwrap(token).equals(message)).toBe(true);
  });

  test('a MIC token or message with any bit flipped is refused, and the token itself is accepted afterwards', () => {
    const { initiator, acceptor } = pair(etype);
    const message = randomBytes(23);
    const mic = initiator.getMic(message);
    const status = expect.stringMatching(/^GSS_S_(DEFECTIVE_TOKEN|BAD_SIG)$/);
    for (let bit = 0; bit < mic.length * 8; bit++) {
      const damaged = changed(mic, bit >> 3, (mic[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      expect([bit, statusOf(() => acceptor.verifyMic(message, damaged))]).toEqual([bit, status]);
    }
    for (let bit = 0; bit < message.length * 8; bit++) {
      const damaged = changed(message, bit >> 3, (message[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      expect(statusOf(() => acceptor.verifyMic(damaged, mic))).toBe('GSS_S_BAD_SIG');
    }
    acceptor.verifyMic(message, mic);
  });

  test('a token that is cut short or made longer is refused', () => {
    const { initiator, acceptor } = pair(etype);
    const message = randomBytes(23);
    const token = initiator.wrap(message);
    const mic = initiator.getMic(message);
    const lengthened = (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)]);
    for (let length = 0; length < token.length; length++) {
      const expected = length < HEADER ? 'GSS_S_DEFECTIVE_TOKEN' : 'GSS_S_BAD_SIG';
      expect(statusOf(() => acceptor.unwrap(token.subarray(0, length)))).toBe(expected);
    }
    for (let length = 0; length < mic.length; length++) {
      const expected = length < HEADER ? 'GSS_S_DEFECTIVE_TOKEN' : 'GSS_S_BAD_SIG';
      expect(statusOf(() => acceptor.verifyMic(message, mic.subarray(0, length)))).toBe(expected);
    }
    expect(statusOf(() => acceptor.unwrap(lengthened(token)))).toBe('GSS_S_BAD_SIG');
    expect(acceptor.unwrap(token).equals(message)).toBe(true);
    expect(statusOf(() => acceptor.verifyMic(message, lengthened(mic)))).toBe('GSS_S_BAD_SIG');
    acceptor.verifyMic(message, mic);
  });

  test('arbitrary octets give nothing but a GssError', () => {
    const { acceptor } = pair(etype);
    const header = fc.constantFrom(wrapHeader(), wrapHeader({ flags: 4 }), Buffer.alloc(0));
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 150 }), (start, rest) => {
        const token = Buffer.concat([start, rest]);
        expect(statusOf(() => acceptor.unwrap(token))).toBeDefined();
        expect(statusOf(() => acceptor.verifyMic(rest, token))).toBeDefined();
      }),
    );
  });

  test.each([
    ['another token identifier', { id: 0x0404 }],
    ['the flag of the other direction', { flags: 0x07 }],
    ['no AcceptorSubkey flag', { flags: 0x02 }],
    ['no Sealed flag', { flags: 0x04 }],
    ['another filler', { filler: 0xfe }],
  ])(
    'a Wrap token with %s is refused, even if it is encrypted with the right key',
    (_what, fields) => {
      const { key, acceptor } = pair(etype);
      const token = forged(key, fields, fields, Buffer.from('message'));
      expect(statusOf(() => acceptor.unwrap(token))).toBe('GSS_S_DEFECTIVE_TOKEN');
    },
  );

  test.each([
    ['another number', { seq: INITIATOR_SEQ + 1n }],
    ['another EC', { ec: 1 }],
    ['another RRC', { rrc: 1 }],
    ['another flag', { flags: 0x0e }],
    ['another token identifier', { id: 0x0404 }],
    ['another filler', { filler: 0xfe }],
  ])('an encrypted header with %s than the outer one is refused', (_what, fields) => {
    const { key, acceptor } = pair(etype);
    const token = forged(key, {}, fields, Buffer.from('message'));
    expect(statusOf(() => acceptor.unwrap(token))).toBe('GSS_S_DEFECTIVE_TOKEN');
  });

  test('an EC larger than the plaintext is refused', () => {
    const { key, acceptor } = pair(etype);
    const token = forged(key, { ec: 8 }, { ec: 8 }, Buffer.from('message'));
    expect(statusOf(() => acceptor.unwrap(token))).toBe('GSS_S_DEFECTIVE_TOKEN');
  });

  test('a token without an encrypted header is refused', () => {
    const { key, acceptor } = pair(etype);
    const keys = deriveKeys(key, KeyUsage.GSS_INITIATOR_SEAL);
    for (const inside of [Buffer.alloc(0), wrapHeader().subarray(1)]) {
      const token = Buffer.concat([wrapHeader(), encryptWith(keys, [inside])]);
      expect(statusOf(() => acceptor.unwrap(token))).toBe('GSS_S_DEFECTIVE_TOKEN');
    }
  });

  test('unknown flags are ignored if both headers have them', () => {
    const { key, acceptor } = pair(etype);
    const fields = { flags: 0xfe };
    expect(acceptor.unwrap(forged(key, fields, fields, Buffer.from('message'))).toString()).toBe(
      'message',
    );
  });

  test('a MIC token is refused as a Wrap token, and a Wrap token as a MIC token', () => {
    const { initiator, acceptor } = pair(etype);
    const message = randomBytes(40);
    expect(statusOf(() => acceptor.unwrap(initiator.getMic(message)))).toBe(
      'GSS_S_DEFECTIVE_TOKEN',
    );
    expect(statusOf(() => acceptor.verifyMic(message, initiator.wrap(message)))).toBe(
      'GSS_S_DEFECTIVE_TOKEN',
    );
  });

  test('a token sent back to its sender is refused', () => {
    const { initiator, acceptor } = pair(etype);
    const message = randomBytes(40);
    for (const side of [initiator, acceptor]) {
      expect(statusOf(() => side.unwrap(side.wrap(message)))).toBe('GSS_S_DEFECTIVE_TOKEN');
      expect(statusOf(() => side.verifyMic(message, side.getMic(message)))).toBe(
        'GSS_S_DEFECTIVE_TOKEN',
      );
    }
  });

  test('a token of another key is refused', () => {
    const { initiator } = pair(etype);
    const { acceptor } = pair(etype);
    expect(statusOf(() => acceptor.unwrap(initiator.wrap(Buffer.of(1))))).toBe('GSS_S_BAD_SIG');
    const withoutSubkey = pair(etype, { acceptorSubkey: false });
    expect(statusOf(() => acceptor.unwrap(withoutSubkey.initiator.wrap(Buffer.of(1))))).toBe(
      'GSS_S_DEFECTIVE_TOKEN',
    );
    expect(
      statusOf(() =>
        acceptor.verifyMic(Buffer.of(1), withoutSubkey.initiator.getMic(Buffer.of(1))),
      ),
    ).toBe('GSS_S_DEFECTIVE_TOKEN');
  });

  describe('a Wrap token without confidentiality', () => {
    const message = Buffer.from('not encrypted');

    function signed(key: EncryptionKey, claimedEc = macLength): Buffer {
      const keys = deriveKeys(key, KeyUsage.GSS_INITIATOR_SEAL);
      const checksum = checksumWith(keys, [message, wrapHeader({ flags: 4 })]);
      return Buffer.concat([wrapHeader({ flags: 4, ec: claimedEc }), message, checksum]);
    }

    test('is refused', () => {
      const { key, acceptor } = pair(etype);
      expect(statusOf(() => acceptor.unwrap(signed(key)))).toBe('GSS_S_DEFECTIVE_TOKEN');
    });

    test('is accepted if the context does not require confidentiality, rotated or not', () => {
      const key = randomKey(etype);
      for (const count of [0, 1, macLength, 1000]) {
        const { acceptor } = pair(etype, { key, requireConfidentiality: false });
        expect(acceptor.unwrap(rotated(signed(key), count)).toString()).toBe('not encrypted');
      }
    });

    test('is refused with any bit flipped, or a wrong EC', () => {
      const { key, acceptor } = pair(etype, { requireConfidentiality: false });
      const token = signed(key);
      for (let bit = 0; bit < token.length * 8; bit++) {
        const damaged = changed(token, bit >> 3, (token[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
        // An RRC of whole turns does not change the token.
        const rotation = damaged.readUInt16BE(6) % (token.length - HEADER);
        const expected =
          rotation === 0 && bit >> 3 >= 6 && bit >> 3 < 8
            ? undefined
            : expect.stringMatching(/^GSS_S_(DEFECTIVE_TOKEN|BAD_SIG)$/);
        const fresh = pair(etype, { key, requireConfidentiality: false }).acceptor;
        expect([bit, statusOf(() => fresh.unwrap(damaged))]).toEqual([bit, expected]);
      }
      for (const ec of [0, macLength - 1, macLength + 1, 65_535]) {
        expect(statusOf(() => acceptor.unwrap(signed(key, ec)))).toMatch(
          /^GSS_S_(DEFECTIVE_TOKEN|BAD_SIG)$/,
        );
      }
      expect(acceptor.unwrap(token).toString()).toBe('not encrypted');
    });
  });
});

describe('the order of messages', () => {
  const etype = 17;

  function tokens(initiator: MessageProtection, count: number): Buffer[] {
    return Array.from({ length: count }, (_, index) => initiator.wrap(Buffer.of(index)));
  }

  function receive(acceptor: MessageProtection, list: readonly Buffer[], order: number[]) {
    return order.map((index) => {
      const token = list[index] ?? Buffer.alloc(0);
      return statusOf(() => acceptor.unwrap(token)) ?? 'accepted';
    });
  }

  const DUPLICATE = 'GSS_S_DUPLICATE_TOKEN';
  const GAP = 'GSS_S_GAP_TOKEN';
  const UNSEQ = 'GSS_S_UNSEQ_TOKEN';
  const OLD = 'GSS_S_OLD_TOKEN';
  const ok = 'accepted';

  test('sequence and replay accept only the next token, and a refused token changes nothing', () => {
    const { initiator, acceptor } = pair(etype);
    const list = tokens(initiator, 4);
    expect(receive(acceptor, list, [1, 0, 0, 2, 3, 1, 1, 0, 3, 2, 3])).toEqual([
      GAP,
      ok,
      DUPLICATE,
      GAP,
      GAP,
      ok,
      DUPLICATE,
      DUPLICATE,
      GAP,
      ok,
      ok,
    ]);
  });

  test('sequence alone calls a token out of sequence if it came before', () => {
    const { initiator, acceptor } = pair(etype, { replay: false });
    const list = tokens(initiator, 3);
    expect(receive(acceptor, list, [0, 0, 2, 1, 0, 2])).toEqual([ok, UNSEQ, GAP, ok, UNSEQ, ok]);
  });

  test('replay alone accepts any order, each token once, in a window of 64', () => {
    const { initiator, acceptor } = pair(etype, { sequence: false });
    const list = tokens(initiator, 200);
    expect(receive(acceptor, list, [1, 0, 0, 1, 3, 2, 2, 3])).toEqual([
      ok,
      ok,
      DUPLICATE,
      DUPLICATE,
      ok,
      ok,
      DUPLICATE,
      DUPLICATE,
    ]);
    expect(receive(acceptor, list, [67, 5, 4, 3, 68, 4, 67, 199, 136, 135, 136, 199])).toEqual([
      ok,
      ok,
      ok,
      OLD,
      ok,
      OLD,
      DUPLICATE,
      ok,
      ok,
      OLD,
      DUPLICATE,
      DUPLICATE,
    ]);
  });

  test('a number at any distance behind the window is old', () => {
    const { key, acceptor } = pair(etype, { sequence: false });
    for (const behind of [65n, 2n ** 29n, 2n ** 40n, 2n ** 63n]) {
      const seq = BigInt.asUintN(64, INITIATOR_SEQ - behind);
      const token = forged(key, { seq }, { seq }, Buffer.of(1));
      const before = process.memoryUsage();
      expect(statusOf(() => acceptor.unwrap(token))).toBe(OLD);
      expect(process.memoryUsage().heapUsed - before.heapUsed).toBeLessThan(2 ** 20);
    }
  });

  test('a context without sequence and replay accepts every token of the peer', () => {
    const { initiator, acceptor } = pair(etype, { sequence: false, replay: false });
    const list = tokens(initiator, 3);
    expect(receive(acceptor, list, [2, 2, 0, 1, 0])).toEqual([ok, ok, ok, ok, ok]);
  });

  test('numbers from before the first message are refused', () => {
    const key = randomKey(etype);
    const early = { key, acceptorSubkey: true, replay: true, recvSeq: 0n } as const;
    const sender = createMessageProtection({
      ...early,
      role: 'initiator',
      sequence: true,
      sendSeq: INITIATOR_SEQ - 2n,
    });
    const list = tokens(sender, 3);
    for (const sequence of [true, false]) {
      const { acceptor } = pair(etype, { key, sequence });
      expect(receive(acceptor, list, [0, 1, 2])).toEqual([DUPLICATE, DUPLICATE, ok]);
    }
  });

  test.each([
    [2n ** 32n - 1n, '00000000ffffffff', '0000000100000000'],
    [2n ** 63n - 1n, '7fffffffffffffff', '8000000000000000'],
    [2n ** 64n - 1n, 'ffffffffffffffff', '0000000000000000'],
  ])('numbers continue after %i', (first, before, after) => {
    for (const sequence of [true, false]) {
      const key = randomKey(etype);
      const options = { key, acceptorSubkey: true, replay: true, sequence };
      const initiator = createMessageProtection({
        ...options,
        role: 'initiator',
        sendSeq: first,
        recvSeq: 0n,
      });
      const acceptor = createMessageProtection({
        ...options,
        role: 'acceptor',
        sendSeq: 0n,
        recvSeq: first,
      });
      const list = tokens(initiator, 3);
      expect(list[0]?.toString('hex', 8, 16)).toBe(before);
      expect(list[1]?.toString('hex', 8, 16)).toBe(after);
      expect(receive(acceptor, list, [0, 1, 0, 1, 2])).toEqual([ok, ok, DUPLICATE, DUPLICATE, ok]);
    }
  });

  test('a forged token does not use up its number', () => {
    const { initiator, acceptor } = pair(etype);
    const [first = Buffer.alloc(0)] = tokens(initiator, 1);
    const damaged = changed(first, 40, (first[40] ?? 0) ^ 1);
    expect(receive(acceptor, [damaged, first], [0, 0, 1])).toEqual([
      'GSS_S_BAD_SIG',
      'GSS_S_BAD_SIG',
      ok,
    ]);
  });

  test('MIC tokens are refused when replayed or out of order', () => {
    const { initiator, acceptor } = pair(etype);
    const message = Buffer.of(1);
    const [a, b] = [initiator.getMic(message), initiator.getMic(message)];
    expect(statusOf(() => acceptor.verifyMic(message, b))).toBe(GAP);
    acceptor.verifyMic(message, a);
    expect(statusOf(() => acceptor.verifyMic(message, a))).toBe(DUPLICATE);
    acceptor.verifyMic(message, b);
  });
});

test('createMessageProtection refuses a key of an unsupported type', () => {
  const options = { acceptorSubkey: true, replay: true, sequence: true, sendSeq: 0n, recvSeq: 0n };
  expect(() =>
    createMessageProtection({
      ...options,
      role: 'initiator',
      key: new EncryptionKey(23, randomBytes(16)),
    }),
  ).toThrow(/arcfour-hmac/);
});
