/** Bad options: an error that says what to do, before anything is started. */
import { expect, test } from 'vitest';
import { startTestRealm } from '../../src/index.js';
import { whoami } from '../support/commands.js';
import { ownTmpdir } from '../support/own-tmpdir.js';

const temporary = ownTmpdir();

test.each<[string, unknown, RegExp]>([
  ['no object', 'x', /startTestRealm\(\) must be an object/],
  ['an unknown option', { user: 'alice' }, /no option "user": did you mean users/],
  ['no users', { users: [] }, /users is empty: .*at least one/],
  ['users that are no list', { users: 'alice' }, /users must be a list/],
  ['a user twice', { users: ['alice', 'bob', 'alice'] }, /users has alice twice/],
  ['users that differ by case', { users: ['alice', 'Alice'] }, /users has Alice twice; the case/],
  ['a user with a realm', { users: ['alice@A.TEST'] }, /alice@A\.TEST.*without its realm/],
  ['a user without a name', { users: [''] }, /"" has no usable name/],
  ['a user that is no text', { users: [7] }, /users must be names/],
  ['a user called as a service', { users: ['host/localhost'] }, /name of a service/],
  ['an unknown option of a user', { users: { alice: { pasword: 'x' } } }, /no option "pasword"/],
  ['an empty password', { users: { alice: { password: '' } } }, /password of alice is empty/],
  ['a password that is no text', { users: { alice: { password: 7 } } }, /must be a string/],
  ['a realm with a space', { realm: 'A TEST' }, /realm "A TEST" is no realm's name: use letters/],
  ['an empty realm', { realm: '' }, /realm "" is no realm's name/],
  ['a realm that is no text', { realm: 7 }, /realm must be a string/],
  ['a port out of range', { port: 65_536 }, /port must be a whole number from 0 to 65535/],
  ['a port as text', { port: '4373' }, /port must be a number/],
  ['no lifetime', { ticketLifetime: 0 }, /ticketLifetime must be a whole number from 1/],
  ['commands that are no list', { commands: whoami }, /commands must be an array/],
  ['a command without access', { commands: [{ ...whoami, access: undefined }] }, /whoami.*access/],
  ['a command with nothing to run', { commands: [{ command: 'x', access: [] }] }, /run.*program/],
  ['a log that is no function', { log: 'stderr' }, /log/],
  ['limits that are unknown', { limits: { argumentz: 1 } }, /argumentz/],
  ['a trust without users', { trusts: {} }, /trusts\.users must be a list/],
  ['an unknown option of a trust', { trusts: { user: ['x'] } }, /trusts: .*no option "user"/],
  ['a trust of itself', { realm: 'A.TEST', trusts: { realm: 'A.TEST', users: ['x'] } }, /itself/],
])('%s', async (_, options, message) => {
  // As callers without TypeScript pass them.
  const started = startTestRealm(options as Record<string, never>);
  await expect(started).rejects.toThrow(message);
  await expect(started).rejects.toSatisfy(
    (error) => error instanceof TypeError || error instanceof RangeError,
  );
  expect(temporary.files()).toEqual([]);
});
