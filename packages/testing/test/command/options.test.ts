/** The command line of remctl-test-realm. */
import { describe, expect, test } from 'vitest';
import { parse } from '../../src/command/options.js';

const DEFAULTS = {
  users: [],
  password: undefined,
  realm: undefined,
  port: undefined,
  shell: 'sh',
  log: false,
  untilEof: false,
  program: [],
};

test('a folder and a config are sources; the rest has defaults', () => {
  expect(parse(['./scripts'], '1')).toEqual({
    type: 'run',
    options: { ...DEFAULTS, source: { type: 'scripts', folder: './scripts' } },
  });
  expect(parse(['--config', 'remctl.conf'], '1')).toEqual({
    type: 'run',
    options: { ...DEFAULTS, source: { type: 'config', file: 'remctl.conf' } },
  });
});

test('options, and a program with options of its own', () => {
  const args =
    '--user alice --user bob --password pw --realm A.TEST --port 4373 --shell fish --log s';
  expect(parse([...args.split(' '), '--', 'ls', '-l', '--', '-h'], '1')).toEqual({
    type: 'run',
    options: {
      ...DEFAULTS,
      source: { type: 'scripts', folder: 's' },
      users: ['alice', 'bob'],
      password: 'pw',
      realm: 'A.TEST',
      port: 4373,
      shell: 'fish',
      log: true,
      program: ['ls', '-l', '--', '-h'],
    },
  });
});

test('-h and -v print to standard output', () => {
  for (const option of ['-h', '--help']) {
    expect(parse([option], '1')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Usage: /),
      stderr: '',
    });
  }
  for (const option of ['-v', '--version']) {
    expect(parse([option], '1.2')).toMatchObject({ status: 0, stdout: 'remctl-test-realm 1.2\n' });
  }
});

describe('a wrong use', () => {
  test.each([
    [[], /name a folder of programs, or a remctl\.conf/],
    [['a', 'b'], /one folder, not a and b; a program .* --/],
    [['a', '--config', 'b'], /a folder or --config, not both/],
    [['a', '--'], /name the program/],
    [['a', '--port', '0'], /invalid port 0: give a number from 1 to 65535/],
    [['a', '--port', '4x'], /invalid port 4x/],
    [['a', '--shell', 'tcsh'], /invalid shell tcsh: give one of sh, fish/],
    [['a', '--usr', 'x'], /unknown option '--usr'/],
    [['a', '--user'], /--user .*argument missing/],
    [['a', '--user', 'x', '--user', 'x'], /--user x was given twice/],
    [['a', '--until-eof', '--', 'cat'], /--until-eof is for a realm without a program/],
  ])('%j says what to do, with the usage', (args, said) => {
    const parsed = parse(args, '1');
    expect(parsed).toMatchObject({ type: 'print', status: 2, stdout: '' });
    const stderr = parsed.type === 'print' ? parsed.stderr : '';
    expect(stderr).toMatch(said);
    expect(stderr).toMatch(/^remctl-test-realm: .+\n\nUsage: /s);
  });
});
