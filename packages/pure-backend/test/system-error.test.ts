/** The texts of system errors, as libremctl shows them. */
import { expect, test } from 'vitest';
import { systemFailure } from '../src/system-error.js';

const systemError = (code: string, errno?: number) =>
  Object.assign(new Error(code), { code, ...(errno === undefined ? {} : { errno }) });

test.each([
  ['EHOSTUNREACH', 'No route to host'],
  ['ENFILE', 'Too many open files in system'],
  ['ENOTFOUND', 'Name or service not known'],
  ['ECONNREFUSED', 'Connection refused'],
])('%s has the text that libremctl shows: %s', (code, text) => {
  expect(systemFailure(systemError(code))).toEqual({ code, text });
});

test('an error that has no text in the table keeps the text of Node.js', () => {
  expect(systemFailure(systemError('ENOTDIR', -20))).toEqual({
    code: 'ENOTDIR',
    text: 'not a directory',
  });
});

test('an unknown error has its name as its text, and a value that is no error has EIO', () => {
  expect(systemFailure(systemError('ESOMETHING'))).toEqual({
    code: 'ESOMETHING',
    text: 'ESOMETHING',
  });
  expect(systemFailure('a text')).toEqual({ code: 'EIO', text: 'EIO' });
});
