/** The command line: order, values, and options that do not go together. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { C_USAGE } from '../src/options/c-usage.js';
import type { Mode, RunMode } from '../src/options/options.js';
import { parse } from '../src/options/parse.js';

const read = (...args: string[]): Mode => parse(args, '1.2.3');

function run(...args: string[]): RunMode {
  const mode = read(...args);
  if (mode.type !== 'run') {
    throw new Error(`this is ${JSON.stringify(mode)}`);
  }
  return mode;
}

/** The first line of a refusal. */
function refusal(...args: string[]): string {
  const mode = read(...args);
  if (mode.type !== 'print' || mode.status !== 1) {
    throw new Error(`this is ${JSON.stringify(mode)}`);
  }
  expect(mode.stdout).toBe('');
  return mode.stderr.split('\n', 1)[0] ?? '';
}

describe('words and options', () => {
  test('--help and --version end with status 0', () => {
    expect(read('--help')).toMatchObject({ type: 'print', status: 0, stderr: '' });
    expect(read('--version', '-x')).toMatchObject({ stdout: 'remctl 1.2.3\n', status: 0 });
  });

  test('a wrong use begins as the C client says it', () => {
    const mode = read('-x');
    expect(mode).toMatchObject({
      stderr: `remctl: invalid option -- 'x'\n${C_USAGE}\nremctl --help shows every option.\n`,
    });
  });

  test('everything after the host is the command', () => {
    const command = ['-p', '--json', '--', '-', '--stdin'];
    expect(run('host', ...command).command).toEqual(command);
    expect(run('--', 'host', ...command).command).toEqual(command);
  });

  test('any words after -- arrive as they are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (command) => {
        fc.pre(!command.some((word) => word.includes('\ufffd')));
        expect(run('--', 'host', ...command).command).toEqual(command);
      }),
    );
  });

  test('any arguments give a mode, and never an exception', () => {
    const word = fc.oneof(
      fc.constantFrom('-p', '-t', '--', '-', '--json', '--arg-file', '--hosts', '-d-', '-vp', ''),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(word), (args) => {
        expect(read(...args)).toHaveProperty('type');
      }),
    );
  });

  test.each([
    [['--port=5', 'h', 'c'], 5],
    [['--port', '5', 'h', 'c'], 5],
    [['-p5', 'h', 'c'], 5],
    [['-dp5', 'h', 'c'], 5],
    [['-p', '5', '-p', '6', 'h', 'c'], 6],
  ])('%j has the port %i', (args, port) => {
    expect(run(...args).connection.port).toBe(port);
  });
});

describe('values', () => {
  test.each([
    ['500ms', 0.5],
    ['1.5s', 1.5],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['2m', 120],
    ['1h', 3600],
    ['0', 0],
  ])('--timeout %s is %d seconds', (text, seconds) => {
    expect(run('--timeout', text, 'h', 'c').connection.timeout).toBe(seconds);
  });

  test.each(['', 's', '-1', '1d', '1e3', '1 s', '0x1', '9999999h', 'Infinity'])(
    '--timeout %j is refused',
    (text) => {
      expect(refusal('--timeout', text, 'h', 'c')).toMatch(/^remctl: invalid timeout value/);
    },
  );

  test.each([
    ['2=key.pem', { position: 2, path: 'key.pem' }],
    ['0=a=b', { position: 0, path: 'a=b' }],
  ])('--arg-file %s', (text, argFile) => {
    expect(run('--arg-file', text, 'h', 'c').argFiles).toEqual([argFile]);
  });

  test.each(['', '2', '2=', '=x', '-1=x', 'a=x', '99999=x'])('--arg-file %j is refused', (text) => {
    expect(refusal('--arg-file', text, 'h', 'c')).toMatch(/^remctl: invalid argument file/);
  });

  test.each([
    ['--parallel', '0'],
    ['--parallel', 'x'],
    ['--parallel', '10001'],
    ['--retry-unsent', '-1'],
  ])('%s %s is refused', (...args) => {
    expect(refusal(...args, '--hosts', 'a', 'c')).toMatch(/^remctl: invalid number of/);
  });
});

describe('options that do not go together', () => {
  test.each<[string, string[], string]>([
    [
      '-t and --timeout',
      ['-t', '1', '--timeout', '1s', 'h', 'c'],
      'give -t or --timeout, not both',
    ],
    [
      '--ccache and --keytab',
      ['--ccache', 'x', '--keytab', 'y', '--client', 'z', 'h', 'c'],
      'give --ccache or --keytab, not both',
    ],
    [
      '--keytab alone',
      ['--keytab', 'y', 'h', 'c'],
      '--keytab needs --client, the principal whose key it holds',
    ],
    [
      '--client alone',
      ['--client', 'y', 'h', 'c'],
      '--client needs --keytab, the file that holds its key',
    ],
    [
      '--parallel with one host',
      ['--parallel', '2', 'h', 'c'],
      '--parallel has no effect here: it goes with --hosts or --hosts-file',
    ],
    [
      '--group with one host',
      ['--group', 'h', 'c'],
      '--group has no effect here: it goes with --hosts or --hosts-file',
    ],
    [
      '--fail-fast with --discover',
      ['--fail-fast', '--discover', 'example.org', 'c'],
      '--fail-fast has no effect here: it goes with --hosts or --hosts-file',
    ],
    [
      '--stdin with --shell',
      ['--stdin', '--shell', 'h'],
      '--stdin has no effect here: it goes with a command',
    ],
    [
      '-p with --completion',
      ['-p', '1', '--completion', 'bash'],
      '--port has no effect here: it goes with a host',
    ],
    ['two modes', ['--shell', '--doctor', 'h'], 'give --shell or --doctor, not both'],
    [
      '--hosts and --discover',
      ['--hosts', 'a', '--discover', 'b', 'c'],
      'give --hosts or --discover, not both',
    ],
    [
      '--stdin and a list on standard input',
      ['--stdin', '--hosts-file', '-', 'c'],
      '--stdin and --hosts-file - both read standard input: give one of them',
    ],
    [
      'a list on standard input twice',
      ['--hosts-file', '-', '--hosts-file', '-', 'c'],
      '--hosts-file - is given twice: standard input can be read once',
    ],
    ['--doctor with a command', ['--doctor', 'h', 'c'], '--doctor takes a host and no command'],
    [
      'no such completion',
      ['--completion', 'ksh'],
      'there is no completion for ksh: there is one for bash, zsh, fish',
    ],
    [
      'a word with --completion',
      ['--completion', 'fish', 'h'],
      '--completion takes no host and no command',
    ],
    ['a value for --json', ['--json=yes', 'h', 'c'], "option '--json' doesn't allow an argument"],
    ['no value for --backend', ['--backend'], "option '--backend' requires an argument"],
    ['an unknown long option', ['--nonsense'], "unrecognized option '--nonsense'"],
  ])('%s', (_, args, message) => {
    expect(refusal(...args)).toBe(`remctl: ${message}`);
  });

  test('with --json the refusal is an object: --group has no effect with one host', () => {
    const mode = read('--json', '--group', 'h', 'a');
    expect(mode).toMatchObject({ type: 'print', status: 1, stderr: '' });
    expect(JSON.parse(mode.type === 'print' ? mode.stdout : '')).toMatchObject({
      class: 'UsageError',
      message: '--group has no effect here: it goes with --hosts or --hosts-file',
    });
  });

  test('a command has a word on the command line, wherever its arguments come from', () => {
    expect(refusal('--stdin', 'h')).toBe(
      'Usage: remctl <options> <host> <command> [<subcommand> [<parameters>]]',
    );
  });
});
