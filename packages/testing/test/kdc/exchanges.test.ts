/** What a test KDC grants and refuses, request by request (RFC 4120, section 3). */
import { EncryptionKey, KrbErrorCode } from '@remctl/krb5';
import {
  checksumOf,
  decode,
  etypeInfo2,
  KdcOption,
  PaDataType,
  paDataSequence,
  randomKey,
  TicketFlag,
} from '@remctl/krb5/testing';
import { describe, expect, test } from 'vitest';
import type { KdcOptions, PrincipalOptions, TestKdc } from '../../src/index.js';
import {
  type Answer,
  askByUdp,
  asRequest,
  bodyFor,
  clientName,
  codeOf,
  firstTicket,
  granted,
  nextTicket,
  PASSWORD,
  passwordKey,
  REALM,
  readAsAnswer,
  type Ticket,
  tgsRequest,
  timestamp,
} from '../support/raw-exchange.js';
import { kdcForTest } from '../support/start.js';

const SERVICE = 'host/server.example';
const TGS = `krbtgt/${REALM}`;

async function realm(options?: KdcOptions, alice: PrincipalOptions = {}): Promise<TestKdc> {
  const kdc = await kdcForTest(options);
  kdc.addPrincipal('alice', { password: PASSWORD, ...alice });
  kdc.addPrincipal(SERVICE);
  return kdc;
}

async function tgtOf(kdc: TestKdc, kdcOptions = 0): Promise<Ticket> {
  return granted(await firstTicket(kdc, 'alice', { kdcOptions }));
}

const errorOf = (answer: Answer) => (answer.type === 'error' ? answer.error : undefined);

describe('the AS exchange', () => {
  test('says how a client makes its key, and names everyone in the refusal', async () => {
    const kdc = await realm();
    const body = bodyFor(TGS, { cname: clientName('alice'), etype: [23, 20, 18] });
    const key = await passwordKey('alice');
    const error = errorOf(readAsAnswer(await askByUdp(kdc, asRequest(body)), key));
    expect(error).toMatchObject({
      errorCode: KrbErrorCode.KDC_ERR_PREAUTH_REQUIRED,
      crealm: REALM,
      cname: { nameString: ['alice'] },
      realm: REALM,
      sname: { nameString: ['krbtgt', REALM] },
    });
    const methods = decode(paDataSequence, error?.eData ?? new Uint8Array());
    expect(methods.map(({ padataType }) => padataType)).toContain(PaDataType.PA_ENC_TIMESTAMP);
    const info = methods.find(({ padataType }) => padataType === PaDataType.PA_ETYPE_INFO2);
    const s2kparams = (iterations: number) => {
      const octets = new Uint8Array(4);
      new DataView(octets.buffer).setUint32(0, iterations);
      return octets;
    };
    expect(decode(etypeInfo2, info?.padataValue ?? new Uint8Array())).toEqual([
      { etype: 20, salt: `${REALM}alice`, s2kparams: s2kparams(32_768) },
      { etype: 18, salt: `${REALM}alice`, s2kparams: s2kparams(4096) },
    ]);
  });

  test('grants a ticket of the terms that were asked for', async () => {
    const kdc = await realm();
    const till = Math.floor(Date.now() / 1000) + 600;
    const kdcOptions = KdcOption.FORWARDABLE | KdcOption.PROXIABLE | KdcOption.RENEWABLE;
    const { part, client } = granted(
      await firstTicket(kdc, 'alice', { kdcOptions, till, nonce: 7 }),
    );
    expect(client).toBe(`alice@${REALM}`);
    expect(part).toMatchObject({ nonce: 7, endtime: till, srealm: REALM });
    expect(part.flags).toBe(
      TicketFlag.FORWARDABLE |
        TicketFlag.PROXIABLE |
        TicketFlag.RENEWABLE |
        TicketFlag.INITIAL |
        TicketFlag.PRE_AUTHENT,
    );
    expect(part.renewTill).toBe((part.starttime ?? 0) + 7 * 24 * 3600);
  });

  test('gives the longest ticket to a request that names no end', async () => {
    const kdc = await realm({ maxLifetime: 1234 });
    const { part } = granted(await firstTicket(kdc, 'alice', { till: 0 }));
    expect(part.endtime - (part.starttime ?? 0)).toBe(1234);
  });

  test('proves that the request came as it was sent, if that is asked for', async () => {
    const kdc = await realm();
    const key = await passwordKey('alice');
    const body = bodyFor(TGS, { cname: clientName('alice') });
    const wish = { padataType: PaDataType.PA_REQ_ENC_PA_REP, padataValue: new Uint8Array() };
    const answer = await askByUdp(kdc, asRequest(body, [timestamp(key), wish]));
    const { part } = granted(readAsAnswer(answer, key));
    expect(part.flags & TicketFlag.ENC_PA_REP).not.toBe(0);
    expect(part.encryptedPaData?.map(({ padataType }) => padataType)).toEqual([
      PaDataType.PA_REQ_ENC_PA_REP,
    ]);
  });

  test.each([
    ['an end in the past', { till: 1 }, KrbErrorCode.KDC_ERR_NEVER_VALID],
    [
      'a later start',
      { from: 4_000_000_000, till: 4_100_000_000 },
      KrbErrorCode.KDC_ERR_CANNOT_POSTDATE,
    ],
    ['a renewal', { kdcOptions: KdcOption.RENEW }, KrbErrorCode.KDC_ERR_BADOPTION],
    ['forwarding', { kdcOptions: KdcOption.FORWARDED }, KrbErrorCode.KDC_ERR_BADOPTION],
    ['anonymity', { kdcOptions: KdcOption.REQUEST_ANONYMOUS }, KrbErrorCode.KDC_ERR_BADOPTION],
    ['RC4 alone', { etype: [23] }, KrbErrorCode.KDC_ERR_ETYPE_NOSUPP],
    ['no type at all', { etype: [] }, KrbErrorCode.KDC_ERR_ETYPE_NOSUPP],
    ['another realm', { realm: 'OTHER.TEST' }, KrbErrorCode.KDC_ERR_C_PRINCIPAL_UNKNOWN],
    [
      'an unknown service',
      { sname: { nameType: 2, nameString: ['host', 'unknown'] } },
      KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN,
    ],
    [
      'a name of 60,000 characters',
      { sname: { nameType: 2, nameString: ['x'.repeat(60_000)] } },
      KrbErrorCode.KRB_ERR_RESPONSE_TOO_BIG,
    ],
  ])('refuses %s', async (_, fields, code) => {
    expect(codeOf(await firstTicket(await realm(), 'alice', fields))).toBe(code);
  });

  test.each(['cname', 'sname'] as const)('refuses a request without %s', async (field) => {
    const kdc = await realm();
    const { [field]: _, ...body } = bodyFor(TGS, { cname: clientName('alice') });
    const answer = await askByUdp(kdc, asRequest(body as ReturnType<typeof bodyFor>));
    expect(codeOf(readAsAnswer(answer, await passwordKey('alice')))).toBe(
      field === 'cname'
        ? KrbErrorCode.KDC_ERR_C_PRINCIPAL_UNKNOWN
        : KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN,
    );
  });

  test.each([
    ['of another key', () => randomKey(18), Date.now(), KrbErrorCode.KDC_ERR_PREAUTH_FAILED],
    [
      'of a type that is no key of the client',
      () => randomKey(19),
      Date.now(),
      KrbErrorCode.KDC_ERR_PREAUTH_FAILED,
    ],
    [
      'of an hour ago',
      () => passwordKey('alice'),
      Date.now() - 3_600_000,
      KrbErrorCode.KRB_AP_ERR_SKEW,
    ],
    [
      'of the next hour',
      () => passwordKey('alice'),
      Date.now() + 3_600_000,
      KrbErrorCode.KRB_AP_ERR_SKEW,
    ],
  ])('refuses a timestamp %s', async (_, key, atMs, code) => {
    const kdc = await realm({}, { encryptionTypes: ['aes256-cts-hmac-sha1-96'] });
    const body = bodyFor(TGS, { cname: clientName('alice') });
    const answer = await askByUdp(kdc, asRequest(body, [timestamp(await key(), atMs)]));
    expect(codeOf(readAsAnswer(answer, await passwordKey('alice')))).toBe(code);
  });

  test('refuses a timestamp that is no encoding', async () => {
    const kdc = await realm();
    const body = bodyFor(TGS, { cname: clientName('alice') });
    const broken = { padataType: PaDataType.PA_ENC_TIMESTAMP, padataValue: Uint8Array.of(1, 2, 3) };
    const answer = await askByUdp(kdc, asRequest(body, [broken]));
    expect(codeOf(readAsAnswer(answer, await passwordKey('alice')))).toBe(
      KrbErrorCode.KDC_ERR_PREAUTH_FAILED,
    );
  });

  test('answers a datagram that is sent twice, twice', async () => {
    const kdc = await realm();
    const key = await passwordKey('alice');
    const message = asRequest(bodyFor(TGS, { cname: clientName('alice') }), [timestamp(key)]);
    for (let time = 0; time < 2; time += 1) {
      granted(readAsAnswer(await askByUdp(kdc, message), key));
    }
  });
});

describe('the TGS exchange', () => {
  test('grants a ticket that ends with the first one, and keeps who came when', async () => {
    const kdc = await realm();
    const tgt = await tgtOf(kdc);
    const { part } = granted(await nextTicket(kdc, tgt, bodyFor(SERVICE, { till: 0 })));
    expect(part).toMatchObject({
      authtime: tgt.part.authtime,
      endtime: tgt.part.endtime,
      sname: { nameString: ['host', 'server.example'] },
    });
    expect(part.renewTill).toBeUndefined();
    expect(part.flags).toBe(TicketFlag.PRE_AUTHENT | TicketFlag.TRANSITED_POLICY_CHECKED);
  });

  test('encrypts the answer with the subkey', async () => {
    const kdc = await realm();
    const tgt = await tgtOf(kdc);
    const subkey = randomKey(20);
    const alter = <T>(proof: T) => ({ ...proof, subkey });
    const bytes = await askByUdp(kdc, tgsRequest(tgt, bodyFor(SERVICE), { alter }));
    expect(bytes?.[0]).toBe(0x6d);
    // The session key does not open it.
    await expect(nextTicket(kdc, tgt, bodyFor(SERVICE), { alter })).rejects.toThrow();
  });

  test('chooses the session key by the request and the service', async () => {
    const kdc = await realm();
    kdc.addPrincipal('host/old.example', {
      encryptionTypes: ['aes128-cts-hmac-sha1-96', 'aes256-cts-hmac-sha1-96'],
    });
    const tgt = await tgtOf(kdc);
    const etypeOf = async (service: string, etype: readonly number[]) =>
      granted(await nextTicket(kdc, tgt, bodyFor(service, { etype }))).part.key.etype;
    expect(await etypeOf(SERVICE, [23, 19, 18])).toBe(19);
    expect(await etypeOf('host/old.example', [20, 19, 18, 17])).toBe(18);
    expect(codeOf(await nextTicket(kdc, tgt, bodyFor('host/old.example', { etype: [20] })))).toBe(
      KrbErrorCode.KDC_ERR_ETYPE_NOSUPP,
    );
  });

  test('forwards a forwardable ticket to other addresses', async () => {
    const kdc = await realm();
    const addresses = [{ addrType: 2, address: Uint8Array.of(127, 0, 0, 1) }];
    const kdcOptions = KdcOption.FORWARDABLE | KdcOption.FORWARDED;
    const body = bodyFor(TGS, { kdcOptions, addresses });
    const { part } = granted(await nextTicket(kdc, await tgtOf(kdc, KdcOption.FORWARDABLE), body));
    expect(part.flags & TicketFlag.FORWARDED).not.toBe(0);
    expect(part.flags & TicketFlag.INITIAL).toBe(0);
    expect(part.caddr).toEqual(addresses);
    expect(codeOf(await nextTicket(kdc, await tgtOf(kdc), body))).toBe(
      KrbErrorCode.KDC_ERR_BADOPTION,
    );
  });

  test('renews a renewable ticket until its last day, for the same service', async () => {
    const kdc = await realm({ maxRenewableLifetime: 5400 });
    const tgt = await tgtOf(kdc, KdcOption.RENEWABLE);
    const renewal = bodyFor(TGS, { kdcOptions: KdcOption.RENEW });
    kdc.skewMs = 60_000;
    const alter = <T>(proof: T) => ({ ...proof, ctime: Math.floor(Date.now() / 1000) + 60 });
    const once = granted(await nextTicket(kdc, tgt, renewal, { alter }));
    expect(once.part.endtime - (once.part.starttime ?? 0)).toBe(
      tgt.part.endtime - (tgt.part.starttime ?? 0),
    );
    expect(once.part).toMatchObject({ authtime: tgt.part.authtime, renewTill: tgt.part.renewTill });
    kdc.skewMs = 3_000_000;
    const late = <T>(proof: T) => ({ ...proof, ctime: Math.floor(Date.now() / 1000) + 3000 });
    const last = granted(await nextTicket(kdc, once, renewal, { alter: late }));
    expect(last.part.endtime).toBe(tgt.part.renewTill);
    const other = bodyFor(SERVICE, { kdcOptions: KdcOption.RENEW });
    expect(codeOf(await nextTicket(kdc, last, other, { alter: late }))).toBe(
      KrbErrorCode.KDC_ERR_BADOPTION,
    );
    kdc.skewMs = 0;
    expect(codeOf(await nextTicket(kdc, await tgtOf(kdc), renewal))).toBe(
      KrbErrorCode.KDC_ERR_BADOPTION,
    );
  });

  test('renews a service ticket too, and grants nothing else for it', async () => {
    const kdc = await realm();
    const tgt = await tgtOf(kdc, KdcOption.RENEWABLE);
    const body = bodyFor(SERVICE, { kdcOptions: KdcOption.RENEWABLE });
    const ticket = granted(await nextTicket(kdc, tgt, body));
    const renewal = bodyFor(SERVICE, { kdcOptions: KdcOption.RENEW });
    granted(await nextTicket(kdc, ticket, renewal));
    expect(codeOf(await nextTicket(kdc, ticket, bodyFor(SERVICE)))).toBe(
      KrbErrorCode.KRB_AP_ERR_NOT_US,
    );
  });

  test.each([
    ['an unknown service', bodyFor('host/unknown'), KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN],
    [
      'a service of another realm',
      bodyFor('host/x@OTHER.TEST'),
      KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN,
    ],
    [
      'another realm',
      bodyFor(`krbtgt/OTHER.TEST@${REALM}`),
      KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN,
    ],
    ['an end in the past', bodyFor(SERVICE, { till: 1 }), KrbErrorCode.KDC_ERR_NEVER_VALID],
    [
      'user to user',
      bodyFor(SERVICE, { kdcOptions: KdcOption.ENC_TKT_IN_SKEY }),
      KrbErrorCode.KDC_ERR_BADOPTION,
    ],
    [
      'validation',
      bodyFor(SERVICE, { kdcOptions: KdcOption.VALIDATE }),
      KrbErrorCode.KDC_ERR_BADOPTION,
    ],
    [
      'a renewable ticket',
      bodyFor(SERVICE, { kdcOptions: KdcOption.RENEWABLE }),
      KrbErrorCode.KDC_ERR_BADOPTION,
    ],
    ['a proxy', bodyFor(SERVICE, { kdcOptions: KdcOption.PROXY }), KrbErrorCode.KDC_ERR_BADOPTION],
  ])('refuses %s', async (_, body, code) => {
    const kdc = await realm();
    expect(codeOf(await nextTicket(kdc, await tgtOf(kdc), body))).toBe(code);
  });

  test('refuses what does not belong together', async () => {
    const kdc = await realm();
    const tgt = await tgtOf(kdc);
    const body = bodyFor(SERVICE);
    const code = async (changes: Parameters<typeof nextTicket>[3]) =>
      codeOf(await nextTicket(kdc, tgt, body, changes));
    expect(await code({ padata: [] })).toBe(KrbErrorCode.KDC_ERR_PADATA_TYPE_NOSUPP);
    expect(await code({ key: randomKey(18) })).toBe(KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY);
    expect(await code({ alter: (proof) => ({ ...proof, cname: clientName('mallory') }) })).toBe(
      KrbErrorCode.KRB_AP_ERR_BADMATCH,
    );
    expect(await code({ alter: (proof) => ({ ...proof, ctime: proof.ctime - 301 }) })).toBe(
      KrbErrorCode.KRB_AP_ERR_SKEW,
    );
    expect(await code({ alter: ({ cksum: _, ...proof }) => proof })).toBe(
      KrbErrorCode.KRB_AP_ERR_INAPP_CKSUM,
    );
    expect(
      await code({
        alter: (proof) => ({ ...proof, cksum: { cksumtype: 7, checksum: new Uint8Array(16) } }),
      }),
    ).toBe(KrbErrorCode.KRB_AP_ERR_INAPP_CKSUM);
    expect(
      await code({
        alter: (proof) => ({ ...proof, cksum: checksumOf(tgt.part.key, 6, new Uint8Array()) }),
      }),
    ).toBe(KrbErrorCode.KRB_AP_ERR_MODIFIED);
    expect(
      await code({
        alter: (proof) => ({ ...proof, subkey: new EncryptionKey(18, new Uint8Array(3)) }),
      }),
    ).toBe(KrbErrorCode.KDC_ERR_ETYPE_NOSUPP);
    const flipLast = (ticket: Uint8Array) => {
      const copy = Uint8Array.from(ticket);
      copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1;
      return copy;
    };
    expect(await code({ alterTicket: flipLast })).toBe(KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY);
  });

  test('refuses tickets that are not good now, and those of lost keys', async () => {
    const kdc = await realm();
    const tgt = await tgtOf(kdc);
    const code = async (aheadMs: number) => {
      kdc.skewMs = aheadMs;
      const alter = <T>(proof: T) => ({
        ...proof,
        ctime: Math.floor((Date.now() + aheadMs) / 1000),
      });
      return codeOf(await nextTicket(kdc, tgt, bodyFor(SERVICE, { till: 0 }), { alter }));
    };
    expect(await code(3_700_000)).toBe(KrbErrorCode.KRB_AP_ERR_TKT_EXPIRED);
    expect(await code(-400_000)).toBe(KrbErrorCode.KRB_AP_ERR_TKT_NYV);
    expect(await code(-200_000)).toBeUndefined();
    kdc.skewMs = 0;
    kdc.removePrincipal(TGS);
    expect(codeOf(await nextTicket(kdc, tgt, bodyFor(SERVICE)))).toBe(
      KrbErrorCode.KRB_AP_ERR_NOT_US,
    );
    kdc.addPrincipal(TGS);
    kdc.changeKey(TGS);
    expect(codeOf(await nextTicket(kdc, tgt, bodyFor(SERVICE)))).toBe(
      KrbErrorCode.KRB_AP_ERR_BAD_INTEGRITY,
    );
  });
});
