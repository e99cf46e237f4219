/** The encodings of Kerberos messages, with arbitrary and damaged input. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../../tools/property-runs.mjs';
import { Asn1Error } from '../../src/asn1/asn1-error.js';
import { type Codec, decode, encode } from '../../src/asn1/codec.js';
import {
  kerberosFlags,
  kerberosString,
  kerberosText,
  kerberosTime,
  microseconds,
  uint32,
} from '../../src/asn1/primitive-types.js';
import { EncryptionKey } from '../../src/crypto/index.js';
import { apRep, apReq, authenticator, encApRepPart } from '../../src/messages/ap-messages.js';
import { encryptedData } from '../../src/messages/basic-types.js';
import { krbFastResponse, paFxFastReply, paFxFastRequest } from '../../src/messages/fast.js';
import {
  asRep,
  asReq,
  encAsRepPart,
  encKdcRepPart,
  encTgsRepPart,
  tgsRep,
  tgsReq,
} from '../../src/messages/kdc-messages.js';
import { krbError } from '../../src/messages/krb-error.js';
import { etypeInfo2, paEncTsEnc } from '../../src/messages/pa-data.js';
import { paSpake } from '../../src/messages/spake.js';
import { encTicketPart, ticket } from '../../src/messages/ticket.js';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('primitive types', () => {
  test('KerberosTime reads and writes the example of RFC 4120, section 5.2.3', () => {
    const encoding = hex(`180f${Buffer.from('19851106210627Z').toString('hex')}`);
    const time = Date.UTC(1985, 10, 6, 21, 6, 27) / 1000;
    expect(decode(kerberosTime, encoding)).toBe(time);
    expect(encode(kerberosTime, time)).toEqual(encoding);
  });

  test.each([
    '20230230000000Z',
    '20231301000000Z',
    '2023010100000aZ',
    '20230101000000 ',
    '20230101000060Z',
  ])('KerberosTime refuses %s', (text) => {
    expect(() => decode(kerberosTime, hex(`180f${Buffer.from(text).toString('hex')}`))).toThrow(
      Asn1Error,
    );
  });

  test('UInt32 takes 2^31 and more, also as the negative number that old code sends', () => {
    expect(toHex(encode(uint32, 0xffff_fffe))).toBe('020500fffffffe');
    expect(decode(uint32, hex('020500fffffffe'))).toBe(0xffff_fffe);
    expect(decode(uint32, hex('0201fe'))).toBe(0xffff_fffe);
  });

  test.each(['0200', '0206010000000000', '02050100000000'])('UInt32 refuses %s', (bytes) => {
    expect(() => decode(uint32, hex(bytes))).toThrow(Asn1Error);
  });

  test('Microseconds end at 999999', () => {
    expect(() => decode(microseconds, hex('02030f4240'))).toThrow(Asn1Error);
    expect(() => encode(microseconds, 1_000_000)).toThrow(RangeError);
  });

  test('KerberosString refuses a NUL, and keeps bytes that are not UTF-8', () => {
    expect(() => decode(kerberosString, hex('1b03610062'))).toThrow(Asn1Error);
    expect(toHex(encode(kerberosString, decode(kerberosString, hex('1b0361ff62'))))).toBe(
      '1b0361ff62',
    );
    expect(() => encode(kerberosString, 'a\0b')).toThrow(RangeError);
  });

  test('kerberosText drops a final NUL and replaces what cannot be printed', () => {
    expect(decode(kerberosText, hex('1b06611b5b30ff00'))).toBe('a\ufffd[0\ufffd');
  });

  test('kerberosText reads a megabyte of NULs in linear time', () => {
    const content = Buffer.alloc(1_000_000);
    content[content.length - 1] = 0x61;
    const encoding = Buffer.concat([hex('1b830f4240'), content]);
    expect(decode(kerberosText, encoding)).toBe(`${'\ufffd'.repeat(999_999)}a`);
  });

  test('kerberosText reads what it wrote, also a byte order mark', () => {
    const text = '\ufeffa';
    expect(decode(kerberosText, encode(kerberosText, text))).toBe(text);
  });

  test('KerberosTime reads and writes a moment before 1970', () => {
    const encoding = hex(`180f${Buffer.from('19691231235959Z').toString('hex')}`);
    expect(decode(kerberosTime, encoding)).toBe(-1);
    expect(encode(kerberosTime, -1)).toEqual(encoding);
  });

  test('KerberosFlags has its bit 0 first, and takes longer and shorter strings', () => {
    expect(toHex(encode(kerberosFlags, 0x2000_0000))).toBe('03050020000000');
    expect(decode(kerberosFlags, hex('03050020000000'))).toBe(0x2000_0000);
    expect(decode(kerberosFlags, hex('03020520'))).toBe(0x2000_0000);
    expect(decode(kerberosFlags, hex('0306002000000080'))).toBe(0x2000_0000);
    for (const bytes of ['0300', '030108', '030101']) {
      expect(() => decode(kerberosFlags, hex(bytes))).toThrow(Asn1Error);
    }
  });
});

const bytes = fc.uint8Array({ minLength: 0, maxLength: 300 });
const int32Value = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const uint32Value = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const flags = uint32Value;
const time = fc.integer({ min: -62_167_219_200, max: 253_402_300_799 });
const usec = fc.integer({ min: 0, max: 999_999 });
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((s) => !s.includes('\0'));
const name = fc.record({ nameType: int32Value, nameString: fc.array(text, { maxLength: 4 }) });
const data = fc.record(
  { etype: int32Value, kvno: uint32Value, cipher: bytes },
  { requiredKeys: ['etype', 'cipher'] },
);
const key = fc.tuple(int32Value, bytes).map(([etype, value]) => new EncryptionKey(etype, value));
const cksum = fc.record({ cksumtype: int32Value, checksum: bytes });
const padata = fc.array(fc.record({ padataType: int32Value, padataValue: bytes }), {
  maxLength: 4,
});
const adata = fc.array(fc.record({ adType: int32Value, adData: bytes }), { maxLength: 3 });
const addresses = fc.array(fc.record({ addrType: int32Value, address: bytes }), { maxLength: 3 });
const ticketValue = fc.record({ tktVno: int32Value, realm: text, sname: name, encPart: data });
const ticketBytes = ticketValue.map((value) => encode(ticket, value));
const kdcReqValue = fc.record(
  {
    pvno: int32Value,
    msgType: int32Value,
    padata,
    reqBody: fc.record(
      {
        kdcOptions: flags,
        cname: name,
        realm: text,
        sname: name,
        from: time,
        till: time,
        rtime: time,
        nonce: uint32Value,
        etype: fc.array(int32Value, { maxLength: 8 }),
        addresses,
      },
      { requiredKeys: ['kdcOptions', 'realm', 'till', 'nonce', 'etype'] },
    ),
  },
  { requiredKeys: ['pvno', 'msgType', 'reqBody'] },
);
const kdcRepValue = fc.record(
  {
    pvno: int32Value,
    msgType: int32Value,
    padata,
    crealm: text,
    cname: name,
    ticket: ticketBytes,
    encPart: data,
  },
  { requiredKeys: ['pvno', 'msgType', 'crealm', 'cname', 'ticket', 'encPart'] },
);
const encKdcRepPartValue = fc.record(
  {
    key,
    lastReq: fc.array(fc.record({ lrType: int32Value, lrValue: time }), { maxLength: 3 }),
    nonce: uint32Value,
    keyExpiration: time,
    flags,
    authtime: time,
    starttime: time,
    endtime: time,
    renewTill: time,
    srealm: text,
    sname: name,
    caddr: addresses,
    encryptedPaData: padata,
  },
  {
    requiredKeys: ['key', 'lastReq', 'nonce', 'flags', 'authtime', 'endtime', 'srealm', 'sname'],
  },
);

// biome-ignore lint/suspicious/noExplicitAny: one table for codecs of every type
const types: readonly [string, Codec<any>, fc.Arbitrary<unknown>][] = [
  ['Ticket', ticket, ticketValue],
  ['AS-REQ', asReq, kdcReqValue],
  ['TGS-REQ', tgsReq, kdcReqValue],
  ['AS-REP', asRep, kdcRepValue],
  ['TGS-REP', tgsRep, kdcRepValue],
  ['EncASRepPart', encAsRepPart, encKdcRepPartValue],
  ['EncTGSRepPart', encTgsRepPart, encKdcRepPartValue],
  ['EncKDCRepPart of either', encKdcRepPart, encKdcRepPartValue],
  [
    'EncTicketPart',
    encTicketPart,
    fc.record(
      {
        flags,
        key,
        crealm: text,
        cname: name,
        transited: fc.record({ trType: int32Value, contents: bytes }),
        authtime: time,
        starttime: time,
        endtime: time,
        renewTill: time,
        caddr: addresses,
        authorizationData: adata,
      },
      {
        requiredKeys: ['flags', 'key', 'crealm', 'cname', 'transited', 'authtime', 'endtime'],
      },
    ),
  ],
  [
    'AP-REQ',
    apReq,
    fc.record({
      pvno: int32Value,
      msgType: int32Value,
      apOptions: flags,
      ticket: ticketBytes,
      authenticator: data,
    }),
  ],
  [
    'Authenticator',
    authenticator,
    fc.record(
      {
        authenticatorVno: int32Value,
        crealm: text,
        cname: name,
        cksum,
        cusec: usec,
        ctime: time,
        subkey: key,
        seqNumber: uint32Value,
        authorizationData: adata,
      },
      { requiredKeys: ['authenticatorVno', 'crealm', 'cname', 'cusec', 'ctime'] },
    ),
  ],
  ['AP-REP', apRep, fc.record({ pvno: int32Value, msgType: int32Value, encPart: data })],
  [
    'EncAPRepPart',
    encApRepPart,
    fc.record(
      { ctime: time, cusec: usec, subkey: key, seqNumber: uint32Value },
      { requiredKeys: ['ctime', 'cusec'] },
    ),
  ],
  [
    'KRB-ERROR',
    krbError,
    fc.record(
      {
        pvno: int32Value,
        msgType: int32Value,
        ctime: time,
        cusec: usec,
        stime: time,
        susec: usec,
        errorCode: int32Value,
        crealm: text,
        cname: name,
        realm: text,
        sname: name,
        eText: fc.string({ maxLength: 40 }),
        eData: bytes,
      },
      {
        requiredKeys: ['pvno', 'msgType', 'stime', 'susec', 'errorCode', 'realm', 'sname'],
      },
    ),
  ],
  [
    'PA-SPAKE',
    paSpake,
    fc.oneof(
      fc.record({
        type: fc.constant('support'),
        value: fc.record({ groups: fc.array(int32Value, { maxLength: 5 }) }),
      }),
      fc.record({
        type: fc.constant('challenge'),
        value: fc.record({
          group: int32Value,
          pubkey: bytes,
          factors: fc.array(
            fc.record({ type: int32Value, data: bytes }, { requiredKeys: ['type'] }),
            { maxLength: 3 },
          ),
        }),
      }),
      fc.record({
        type: fc.constant('response'),
        value: fc.record({ pubkey: bytes, factor: data }),
      }),
      fc.record({ type: fc.constant('encdata'), value: data }),
    ),
  ],
  [
    'PA-FX-FAST-REQUEST',
    paFxFastRequest,
    fc.record({
      type: fc.constant('armoredData'),
      value: fc.record(
        {
          armor: fc.record({ armorType: int32Value, armorValue: bytes }),
          reqChecksum: cksum,
          encFastReq: data,
        },
        { requiredKeys: ['reqChecksum', 'encFastReq'] },
      ),
    }),
  ],
  [
    'PA-FX-FAST-REPLY',
    paFxFastReply,
    fc.record({ type: fc.constant('armoredData'), value: fc.record({ encFastRep: data }) }),
  ],
  [
    'KrbFastResponse',
    krbFastResponse,
    fc.record(
      {
        padata,
        strengthenKey: key,
        finished: fc.record({
          timestamp: time,
          usec,
          crealm: text,
          cname: name,
          ticketChecksum: cksum,
        }),
        nonce: uint32Value,
      },
      { requiredKeys: ['padata', 'nonce'] },
    ),
  ],
  [
    'PA-ENC-TS-ENC',
    paEncTsEnc,
    fc.record({ patimestamp: time, pausec: usec }, { requiredKeys: ['patimestamp'] }),
  ],
  [
    'ETYPE-INFO2',
    etypeInfo2,
    fc.array(
      fc.record({ etype: int32Value, salt: text, s2kparams: bytes }, { requiredKeys: ['etype'] }),
    ),
  ],
];

describe.each(types)('%s', (_name, codec, values) => {
  test('decoding gives back the encoded value', () => {
    fc.assert(
      fc.property(values, (value) => {
        const encoding = encode(codec, value);
        const decoded = decode(codec, encoding);
        expect(decoded).toEqual(value);
        // The comparison above does not see into keys; this one does.
        expect(encode(codec, decoded)).toEqual(encoding);
      }),
      runs(40),
    );
  });

  test('damaged encodings give a value or an Asn1Error', () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.nat({ max: 255 }), fc.nat(), (value, at, byte, cut) => {
        const encoding = encode(codec, value);
        encoding[at % encoding.length] = byte;
        for (const damaged of [encoding, encoding.subarray(0, cut % encoding.length)]) {
          try {
            decode(codec, damaged);
          } catch (error) {
            expect(error).toBeInstanceOf(Asn1Error);
          }
        }
      }),
      runs(60),
    );
  });
});

test('an element that the type does not name is skipped', () => {
  // This is EncryptedData with [3] after cipher, and without [1] kvno.
  const encoding = hex('3012 a003020112 a205040300ff01 a304a102 0500');
  expect(decode(encryptedData, encoding)).toEqual({ etype: 18, cipher: hex('00ff01') });
});

test('a skipped element must be DER too: a tag of 0 in it is refused', () => {
  const encoding = hex('3013 a003020112 a205040300ff01 a3050000040134');
  expect(() => decode(encryptedData, encoding)).toThrow(Asn1Error);
});

test('a missing element is named in the error', () => {
  expect(() => decode(encryptedData, hex('3005a003020112'))).toThrow('cipher is missing');
});

test('elements out of order are refused', () => {
  expect(() => decode(encryptedData, hex('300c a203040100 a003020112 '.trim()))).toThrow(Asn1Error);
});

test('an alternative that a CHOICE does not name is an Asn1Error', () => {
  expect(() => decode(paSpake, hex('a4023000'))).toThrow(Asn1Error);
  expect(() => decode(paFxFastReply, hex('a1023000'))).toThrow(Asn1Error);
});
