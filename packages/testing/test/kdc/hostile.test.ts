/** Requests that no client sends: the KDC stays up, and keeps little. */
import { once } from 'node:events';
import { EncryptionKey, KrbErrorCode } from '@remctl/krb5';
import { decodeMessage, krbError } from '@remctl/krb5/testing';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { runs } from '../../../../tools/property-runs.mjs';
import { answerRequest } from '../../src/kdc/answer-request.js';
import { NO_REALMS_TRANSITED, sealTicket } from '../../src/kdc/issue-ticket.js';
import type { KdcState } from '../../src/kdc/kdc-state.js';
import { tcpService } from '../../src/kdc/tcp.js';
import { createRequestReader, MAX_REQUEST } from '../../src/kdc/tcp-requests.js';
import { kdcState } from '../support/kdc-state.js';
import {
  askByUdp,
  asRequest,
  bodyFor,
  clientName,
  firstTicket,
  framed,
  granted,
  openTcp,
  PASSWORD,
  passwordKey,
  REALM,
  readAsAnswer,
  tgsRequest,
  timestamp,
} from '../support/raw-exchange.js';
import { kdcForTest } from '../support/start.js';

const TGS = `krbtgt/${REALM}`;
const SERVICE = 'host/server.example';

/** Returns a whole request of each kind, all of which `state` grants or asks a proof for. */
async function seedsFor(state: KdcState): Promise<readonly Uint8Array[]> {
  const key = await passwordKey('alice');
  const body = bodyFor(TGS, { cname: clientName('alice') });
  const first = asRequest(body, [timestamp(key)]);
  const { answer } = await answerRequest(state, first);
  const next = tgsRequest(granted(readAsAnswer(answer, key)), bodyFor(SERVICE));
  expect(await answerRequest(state, next)).toMatchObject({ record: { error: undefined } });
  return [asRequest(body), first, next];
}

/** Returns seeds in which bytes were cut out, put in or replaced. */
function mutated(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.integer({ min: 0, max: 8 }),
    added: fc.uint8Array({ maxLength: 8 }),
  });
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([seed, edits]) =>
      edits.reduce((bytes: Uint8Array, { at, removed, added }) => {
        const start = Math.floor(at * bytes.length);
        return Buffer.concat([bytes.subarray(0, start), added, bytes.subarray(start + removed)]);
      }, seed),
    );
}

test('any bytes get a ticket, a Kerberos error or nothing', async () => {
  const state = kdcState(SERVICE);
  const seeds = await seedsFor(state);
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated(seeds));
  await fc.assert(
    fc.asyncProperty(bytes, async (message) => {
      const { answer, record } = await answerRequest(state, message);
      if (answer === undefined) {
        expect(record).toMatchObject({ exchange: undefined, error: 'unreadable' });
      } else if (record.error !== undefined) {
        const { errorCode, eText } = decodeMessage(krbError, answer);
        // A fault of the KDC's own is KRB_ERR_GENERIC too, without these words.
        if (errorCode === KrbErrorCode.KRB_ERR_GENERIC) {
          expect(eText).toContain('a part of the request cannot be read');
        }
      }
    }),
    runs(2000),
  );
});

test('a changed body of a request for a service is never granted', async () => {
  const state = kdcState(SERVICE);
  const [, , next = new Uint8Array()] = await seedsFor(state);
  // The body is the last field, and the checksum covers it.
  const bodyLength = 100;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: bodyLength }),
      fc.integer({ min: 1, max: 255 }),
      async (fromEnd, change) => {
        const message = Uint8Array.from(next);
        const at = message.length - fromEnd;
        message[at] = (message[at] ?? 0) ^ change;
        expect((await answerRequest(state, message)).record.error).toBeDefined();
      },
    ),
  );
});

test('a ticket of another realm with a session key that is too short is refused', async () => {
  const state = kdcState(SERVICE);
  const key = await passwordKey('alice');
  const body = bodyFor(TGS, { cname: clientName('alice') });
  const first = await answerRequest(state, asRequest(body, [timestamp(key)]));
  const tgt = granted(readAsAnswer(first.answer, key));
  const service = state.principals.require(TGS);
  const now = Math.floor(Date.now() / 1000);
  const ticket = await sealTicket(service, service.principal, {
    flags: 0,
    key: new EncryptionKey(18, new Uint8Array(3)),
    crealm: REALM,
    cname: clientName('alice'),
    transited: NO_REALMS_TRANSITED,
    authtime: now,
    endtime: now + 3600,
  });
  const next = tgsRequest({ ...tgt, ticket }, bodyFor(SERVICE));
  expect((await answerRequest(state, next)).record.error).toBe('KDC_ERR_ETYPE_NOSUPP');
});

test('a stream in any pieces gives the same requests', () => {
  const requests = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 });
  fc.assert(
    fc.property(requests, fc.array(fc.integer({ min: 1, max: 30 })), (sent, sizes) => {
      const stream = Buffer.concat(sent.map(framed));
      const read = createRequestReader();
      const got: Uint8Array[] = [];
      let at = 0;
      for (const size of [...sizes, stream.length]) {
        const result = read(stream.subarray(at, at + size));
        expect(result.tooLong).toBe(false);
        got.push(...result.requests);
        at += size;
      }
      expect(got.map((each) => Buffer.from(each))).toEqual(sent.map((each) => Buffer.from(each)));
    }),
  );
});

test.each([MAX_REQUEST + 1, 0x8000_0000, 0xffff_ffff])(
  'a length of %d by TCP is refused, and the connection ends',
  async (length) => {
    const kdc = await kdcForTest();
    const { socket, rest } = await openTcp(kdc);
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(length);
    socket.write(prefix);
    const answer = await rest();
    expect(decodeMessage(krbError, answer.subarray(4)).errorCode).toBe(
      KrbErrorCode.KRB_ERR_FIELD_TOOLONG,
    );
  },
);

test('rubbish gets no answer by UDP, and ends its connection by TCP', async () => {
  const kdc = await kdcForTest();
  kdc.addPrincipal('alice', { password: PASSWORD });
  expect(await askByUdp(kdc, Buffer.from('rubbish'), 100)).toBeUndefined();
  expect(await askByUdp(kdc, new Uint8Array(), 100)).toBeUndefined();
  const { socket, rest } = await openTcp(kdc);
  socket.write(framed(Buffer.from('rubbish')));
  expect(await rest()).toHaveLength(0);
  expect(kdc.requests).toEqual(
    ['udp', 'udp', 'tcp'].map((transport) =>
      expect.objectContaining({ transport, exchange: undefined, error: 'unreadable' }),
    ),
  );
  granted(await firstTicket(kdc, 'alice'));
});

test('a silent TCP connection is cut', async () => {
  const { server, close } = tcpService(kdcState(SERVICE), async () => undefined, 50);
  onTestFinished(close);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('a TCP port was expected');
  }
  const { socket, rest } = await openTcp({ host: '127.0.0.1', port: address.port });
  socket.write(Buffer.alloc(2));
  expect(await rest()).toHaveLength(0);
});

test('one TCP connection may carry several requests, in any pieces', async () => {
  const kdc = await kdcForTest();
  kdc.addPrincipal('alice', { password: PASSWORD });
  const key = await passwordKey('alice');
  const message = asRequest(bodyFor(TGS, { cname: clientName('alice') }), [timestamp(key)]);
  const { socket, rest } = await openTcp(kdc);
  socket.setNoDelay(true);
  const bytes = Buffer.concat([framed(message), framed(message)]);
  for (let at = 0; at < bytes.length; at += 50) {
    socket.write(bytes.subarray(at, at + 50));
  }
  socket.end();
  const answers = await rest();
  const first = answers.readUInt32BE(0);
  granted(readAsAnswer(answers.subarray(4, 4 + first), key));
  granted(readAsAnswer(answers.subarray(8 + first), key));
  expect(kdc.requests).toHaveLength(2);
});

test('clients that go away while they are answered leave the KDC up', async () => {
  const kdc = await kdcForTest();
  kdc.addPrincipal('alice', { password: PASSWORD });
  const message = framed(asRequest(bodyFor(TGS, { cname: clientName('alice') })));
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      const { socket, rest } = await openTcp(kdc);
      socket.write(Buffer.concat(Array.from({ length: 20 }, () => message)));
      socket.resetAndDestroy();
      await rest();
    }),
  );
  granted(await firstTicket(kdc, 'alice'));
});

test('the list of requests is short, and so are the names in it', async () => {
  const kdc = await kdcForTest();
  const long = { nameType: 1, nameString: ['x'.repeat(600)] };
  const { socket, rest } = await openTcp(kdc);
  const message = framed(asRequest(bodyFor(TGS, { cname: long })));
  for (let sent = 0; sent < 1100; sent += 1) {
    socket.write(message);
  }
  socket.end();
  await rest();
  expect(kdc.requests).toHaveLength(1000);
  expect(kdc.requests[0]?.client?.length).toBeLessThan(300);
  expect(kdc.requests[0]?.reason?.length).toBeLessThan(600);
});
