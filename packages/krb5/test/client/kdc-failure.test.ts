/** The texts of a KDC's errors in messages. */
import { expect, test } from 'vitest';
import { kdcRefusal } from '../../src/client/kdc-failure.js';
import { type KrbError, krbErrorText } from '../../src/messages/krb-error.js';
import { parsePrincipal } from '../../src/principal.js';

function krbErrorWith(eText: string): KrbError {
  return {
    pvno: 5,
    msgType: 30,
    stime: 0,
    susec: 0,
    errorCode: 60,
    realm: 'R',
    sname: { nameType: 0, nameString: [] },
    eText,
  };
}

test.each([
  ['NEEDED_PREAUTH', ' (NEEDED_PREAUTH)'],
  ['', ''],
  ['x'.repeat(256), ` (${'x'.repeat(256)})`],
  ['x'.repeat(257), ` (${'x'.repeat(256)}…)`],
])('the text of a KRB-ERROR follows the message: %j', (eText, expected) => {
  expect(krbErrorText(krbErrorWith(eText))).toBe(expected);
});

test('a message stays short if a KDC, or anyone in its place, sends a megabyte of text', () => {
  const context = {
    realm: 'R',
    client: parsePrincipal('alice@R'),
    server: parsePrincipal('host/a@R'),
    etypes: [18],
  };
  const { message } = kdcRefusal(krbErrorWith('x'.repeat(1_000_000)), context);
  expect(message).toContain('xxx');
  expect(message.length).toBeLessThan(1000);
});
