/** Bodies of requests to a KDC proxy, and of its answers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Asn1Error } from '../../src/asn1/asn1-error.js';
import { decode, encode } from '../../src/asn1/codec.js';
import {
  decodeProxyAnswer,
  encodeProxyRequest,
  MAX_PROXY_ANSWER,
} from '../../src/kdc/proxy-framing.js';
import { MAX_TCP_ANSWER } from '../../src/kdc/tcp-framing.js';
import { kdcProxyMessage } from '../../src/messages/kdc-proxy-message.js';

test('a request holds its length, itself and the realm (MS-KKDCP, section 2.2.2)', () => {
  const body = encodeProxyRequest(Buffer.from('request'), 'R.TEST');
  expect(Buffer.from(body).toString('hex')).toBe(
    `3019a00d040b00000007${Buffer.from('request').toString('hex')}a1081b06${Buffer.from('R.TEST').toString('hex')}`,
  );
  expect(decode(kdcProxyMessage, body).targetDomain).toBe('R.TEST');
});

test('the largest answer that TCP allows is taken, and no larger one', () => {
  const framed = (length: number) => {
    const kerbMessage = Buffer.alloc(4 + length, 1);
    kerbMessage.writeUInt32BE(length);
    return encode(kdcProxyMessage, { kerbMessage, targetDomain: 'R' });
  };
  expect(framed(MAX_TCP_ANSWER).length).toBeLessThan(MAX_PROXY_ANSWER);
  expect(decodeProxyAnswer(framed(MAX_TCP_ANSWER))).toHaveLength(MAX_TCP_ANSWER);
  expect(() => decodeProxyAnswer(framed(MAX_TCP_ANSWER + 1))).toThrow('announced');
  expect(() => decodeProxyAnswer(framed(MAX_PROXY_ANSWER))).toThrow(Asn1Error);
});

test('any answer survives its body, and damaged bodies give an answer or an error that says why', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(), fc.nat(255), (answer, position, octet) => {
      const body = encodeProxyRequest(answer, 'R');
      expect(decodeProxyAnswer(body)).toEqual(new Uint8Array(answer));
      body[position % body.length] = octet;
      try {
        expect(decodeProxyAnswer(body).length).toBeLessThanOrEqual(body.length);
      } catch (error) {
        expect(
          error instanceof Asn1Error || /announced|cut off/.test((error as Error).message),
        ).toBe(true);
      }
    }),
  );
});
