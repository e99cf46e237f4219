/** The backend refuses unknown mechanisms, and contexts that protect too little. */
import { RemctlAuthenticationError } from '@remctl/core';
import { expect, test } from 'vitest';
import { type DiagnoseOptions, diagnose } from '../src/doctor/index.js';
import { createPureBackend, type PureBackendOptions } from '../src/index.js';
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

test.each([
  [
    { mechanisms: 'krb5' },
    'createPureBackend(): there is no option "mechanisms": did you mean mechanism?',
  ],
  [{ ccache: 'FILE:/x' }, 'there is no option "ccache": give it to the client: to createClient()'],
  [{ timeout: undefined }, 'there is no option "timeout": give it to the client'],
  [
    { armor: { type: 'keytab', keyTab: '/k' } },
    'armor: there is no option "keyTab": did you mean keytab?',
  ],
])('options that do not exist are refused: %j', (options, message) => {
  const make = () => createPureBackend(options as unknown as PureBackendOptions);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(message);
});

test.each([
  [
    { host: 'h' },
    { timeoutMs: 5 },
    'diagnose(): there is no option "timeoutMs": did you mean timeout',
  ],
  [
    { hostname: 'h', host: 'h' },
    {},
    `diagnose()'s target: there is no option "hostname": did you mean host?`,
  ],
])('diagnose() refuses them too: %j %j', (target, options, message) => {
  expect(() => diagnose(target, options as DiagnoseOptions)).toThrow(TypeError);
  expect(() => diagnose(target, options as DiagnoseOptions)).toThrow(message);
});
