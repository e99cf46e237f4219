/** The backend refuses unknown mechanisms, and contexts that protect too little. */
import { RemctlAuthenticationError } from '@remctl/core';
import { expect, test } from 'vitest';
import { createPureBackend } from '../src/index.js';
import { ContextFlag } from '../src/mechanism.js';
import { connectTo, protocol2 } from './support/plain-server.js';

test('a context without confidentiality is refused', async () => {
  const contextFlags = ContextFlag.MUTUAL | ContextFlag.INTEG;
  const connecting = connectTo(
    protocol2(() => undefined),
    { contextFlags },
  );
  await expect(connecting).rejects.toThrow(RemctlAuthenticationError);
});

test('the error for an unknown mechanism lists the known ones', () => {
  expect(() => createPureBackend({ mechanism: 'ntlm' as 'krb5' })).toThrow(/krb5 and kerberos/);
});

test('armor is refused with another mechanism than krb5', () => {
  const armor = { type: 'ccache', ccache: 'FILE:/nowhere' } as const;
  expect(() => createPureBackend({ mechanism: 'kerberos', armor })).toThrow(TypeError);
});
