/** The machine's addresses that a ticket is good from. */
import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { hostAddressOf, ownAddresses } from '../../src/host/own-addresses.js';

/** Interfaces with these addresses. */
function interfacesWith(...addresses: string[]): ReturnType<typeof networkInterfaces> {
  const [model] = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return { lo: addresses.map((address) => ({ ...(model ?? expect.fail()), address })) };
}

test('another address of the loopback interface counts, as for libkrb5', () => {
  const interfaces = interfacesWith('127.0.0.1', '10.9.9.9', '::1', 'fe80::1', '10.9.9.9');
  expect(ownAddresses(interfaces)).toEqual([
    { addrType: 2, address: Uint8Array.from([10, 9, 9, 9]) },
  ]);
});

test.each([
  ['192.0.2.1', 2, 'c0000201'],
  ['::', 24, '00000000000000000000000000000000'],
  ['2001:db8::a1', 24, '20010db80000000000000000000000a1'],
  ['::ffff:192.0.2.1', 24, '00000000000000000000ffffc0000201'],
  ['fe80::1%eth0', 24, 'fe800000000000000000000000000001'],
])('%s is written as RFC 4120, section 7.5.3, has it', (text, addrType, hex) => {
  const written = hostAddressOf(text);
  expect(written.addrType).toBe(addrType);
  expect(Buffer.from(written.address).toString('hex')).toBe(hex);
});
