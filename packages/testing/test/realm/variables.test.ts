/** Realms in use in this process: the variables, and their way back. */
import { delimiter } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useVariables } from '../../src/realm/variables.js';

const NAMES = ['KRB5_CONFIG', 'KRB5CCNAME', 'KRB5_CLIENT_KTNAME'];
const saved = NAMES.map((name) => [name, process.env[name]] as const);
const set = (name: string, value: string | undefined) => {
  if (value === undefined) {
    delete process.env[name];
  } else {
    process.env[name] = value;
  }
};
const now = () => NAMES.map((name) => process.env[name]);
const of = (realm: string) => ({
  KRB5_CONFIG: realm,
  KRB5CCNAME: `FILE:${realm}`,
  KRB5_CLIENT_KTNAME: undefined,
});

beforeEach(() => {
  set('KRB5_CONFIG', 'mine');
  set('KRB5CCNAME', undefined);
  set('KRB5_CLIENT_KTNAME', 'client.keytab');
});
afterEach(() => {
  for (const [name, value] of saved) {
    set(name, value);
  }
});

test('the former values come back, the removed ones too', () => {
  const leave = useVariables(of('a'));
  expect(now()).toEqual(['a', 'FILE:a', undefined]);
  leave();
  leave();
  expect(now()).toEqual(['mine', undefined, 'client.keytab']);
});

test('several realms are in use at once, and end in any order', () => {
  const leaveA = useVariables(of('a'));
  const leaveB = useVariables(of('b'));
  expect(now()).toEqual([`b${delimiter}a`, 'FILE:b', undefined]);
  leaveA();
  expect(now()).toEqual(['b', 'FILE:b', undefined]);
  const leaveC = useVariables(of('b'));
  expect(now()).toEqual(['b', 'FILE:b', undefined]);
  leaveB();
  leaveC();
  expect(now()).toEqual(['mine', undefined, 'client.keytab']);
});
