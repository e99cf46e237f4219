import { describe, expect, test } from 'vitest';
import { encodeCommand } from '../../src/arguments/command.js';
import { checkCredentials } from '../../src/arguments/credentials.js';
import { checkTimeout } from '../../src/arguments/limits.js';
import { checkSourceIp, checkTarget } from '../../src/arguments/target.js';
import { Remctl } from '../../src/client.js';
import { scriptedBackend } from '../../src/testing.js';

const loose = <T>(value: unknown) => value as T;

describe('checkTarget', () => {
  test('what is left out, null or 0 stands for the defaults', () => {
    const defaults = { host: 'h', port: undefined, principal: undefined };
    expect(checkTarget({ host: 'h' })).toEqual(defaults);
    expect(checkTarget({ host: 'h', port: null, principal: null })).toEqual(defaults);
    expect(checkTarget({ host: 'h', port: 0 })).toEqual(defaults);
  });

  test.each([-1, 65536, 4373.5, Number.NaN, Number.POSITIVE_INFINITY])('port %s', (port) => {
    expect(() => checkTarget({ host: 'h', port })).toThrow(RangeError);
  });

  test('a port as text is a TypeError that says what to pass', () => {
    expect(() => checkTarget(loose({ host: 'h', port: '4373' }))).toThrow(TypeError);
    expect(() => checkTarget(loose({ host: 'h', port: '4373' }))).toThrow(/pass 4373/);
  });

  test.each([
    ['a NUL in host', { host: 'a\0b' }, RangeError],
    ['an empty host', { host: '' }, RangeError],
    ['no host', {}, TypeError],
    ['a host that is no text', { host: 7 }, TypeError],
    ['a NUL in principal', { host: 'h', principal: 'host/h\0' }, RangeError],
    ['an empty principal', { host: 'h', principal: '' }, RangeError],
    ['a principal that is no text', { host: 'h', principal: {} }, TypeError],
    ['null', null, TypeError],
  ])('%s', (_, target, error) => {
    expect(() => checkTarget(loose(target))).toThrow(error);
  });
});

describe('encodeCommand', () => {
  test('text is sent as UTF-8, bytes as they are', () => {
    const words = encodeCommand(['é', new Uint8Array([0xff, 0]), '']);
    expect(words.map((word) => [...word])).toEqual([[0xc3, 0xa9], [0xff, 0], []]);
  });

  test('any iterable will do', () => {
    expect(encodeCommand(new Set(['a', 'b']))).toHaveLength(2);
  });

  test('bytes that the caller changes later are not changed here', () => {
    const bytes = Buffer.from('before');
    const [word] = encodeCommand([bytes]);
    bytes.fill(0);
    expect(Buffer.from(word ?? []).toString()).toBe('before');
  });

  test.each([
    ['one string', 'account show', TypeError],
    ['one Uint8Array', new Uint8Array([1]), TypeError],
    ['a number among the words', ['a', 1], TypeError],
    ['null among the words', [null], TypeError],
    ['undefined', undefined, TypeError],
    ['an object', {}, TypeError],
    ['nothing', [], RangeError],
    ['a lone surrogate', ['\ud800'], RangeError],
  ])('%s', (_, command, error) => {
    expect(() => encodeCommand(loose(command))).toThrow(error);
  });
});

describe('checkTimeout', () => {
  test('seconds become milliseconds', () => {
    expect([0, 1, 2.5].map(checkTimeout)).toEqual([0, 1000, 2500]);
  });

  test('a tiny time-out does not become none', () => {
    expect(checkTimeout(0.0001)).toBe(1);
  });

  test.each([-1, -0.0001, Number.NaN, Number.POSITIVE_INFINITY, 2_147_484])('%s', (seconds) => {
    expect(() => checkTimeout(seconds)).toThrow(RangeError);
  });

  test('text is a TypeError', () => {
    expect(() => checkTimeout(loose('5'))).toThrow(TypeError);
  });
});

test.each(['localhost', '127.0.0.1:80', '', '1.2.3'])('source %j is no address', (source) => {
  expect(() => checkSourceIp(source)).toThrow(RangeError);
});

describe('credentials', () => {
  test.each([
    [{}, undefined],
    [{ ccache: 'FILE:/c' }, { type: 'ccache', ccache: 'FILE:/c' }],
    [
      { keytab: '/k', clientPrincipal: 'a@B' },
      { type: 'keytab', keytab: '/k', clientPrincipal: 'a@B' },
    ],
  ] as const)('%j', (options, credentials) => {
    expect(checkCredentials(options)).toEqual(credentials);
  });

  test.each([
    [{ ccache: '/c', keytab: '/k', clientPrincipal: 'a' }, /ccache and keytab/],
    [{ keytab: '/k' }, /needs clientPrincipal/],
    [{ clientPrincipal: 'a' }, /keytab or a password/],
  ])('%j is refused', (options, message) => {
    expect(() => checkCredentials(loose(options))).toThrow(TypeError);
    expect(() => checkCredentials(loose(options))).toThrow(message);
  });

  test('a password never shows in the inspected client', async () => {
    const { inspect } = await import('node:util');
    const client = new Remctl(
      scriptedBackend(() => ({})),
      { password: 'hunter2', clientPrincipal: 'a@B' },
    );
    expect(inspect(client, { depth: 9, showHidden: true })).not.toContain('hunter2');
    expect(JSON.stringify(client)).not.toContain('hunter2');
  });
});
