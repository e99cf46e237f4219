/** The texts of system errors are the C library's. */
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

test('An error without a text here keeps that of Node.js', () => {
  expect(systemFailure(systemError('ENOTDIR', -20))).toEqual({
    code: 'ENOTDIR',
    text: 'not a directory',
  });
});

test('An unknown error has its name as its text, and a value that is no error has EIO', () => {
  expect(systemFailure(systemError('ESOMETHING'))).toEqual({
    code: 'ESOMETHING',
    text: 'ESOMETHING',
  });
  expect(systemFailure('a text')).toEqual({ code: 'EIO', text: 'EIO' });
});
