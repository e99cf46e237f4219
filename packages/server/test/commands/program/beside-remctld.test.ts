/** Programs, help and summary give the answers of the real remctld. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProgramCommand } from '../../../src/commands/command.js';
import { writeProgram } from '../../support/program.js';
import { type RealRemctld, startReal } from '../../support/real-remctld.js';
import { prepare } from '../../support/run-command.js';
import { useRealm } from '../../support/use-realm.js';

const realm = useRealm();
let program: string;

beforeAll(() => {
  realm.useHere();
  program = writeProgram(realm.folder);
});

type Options = Omit<ProgramCommand, 'program' | 'access' | 'command'>;
type Line = readonly [command: string, options: Options, access?: readonly string[]];
type Arguments = readonly (string | Uint8Array)[];

function commandsOf(lines: readonly Line[]): ProgramCommand[] {
  return lines.map(([command, options, access = ['ANYUSER']]) => ({
    command,
    program,
    access,
    ...options,
  }));
}

/** Returns the line of remctl.conf for a command. */
function confLine(options: ProgramCommand): string {
  const { command, subcommand = 'ALL', stdin, help, summary, logmask, access } = options;
  const settings = Object.entries({ stdin, help, summary, logmask })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`);
  return `${[command, subcommand, options.program, ...settings, ...(access as readonly string[])].join(' ')}\n`;
}

/** Each is a configuration, and the commands that are run with it. */
const TABLE: readonly (readonly [
  title: string,
  lines: readonly Line[],
  commands: readonly Arguments[],
])[] = [
  [
    'arguments, streams and statuses',
    [['t', {}]],
    [
      ['t'],
      ['t', ''],
      ['t', 'argv', '', 'a b', '$x', "'", '"', '*', '\n', '-n', 'é'],
      ['t', 'argv', Buffer.of(0xff, 0xfe, 0x80, 0xc3)],
      ['t', Buffer.of(0x61, 0x80)],
      ['t', 'both', 'x'],
      ['t', 'exit', '0'],
      ['t', 'exit', '1'],
      ['t', 'exit', '127'],
      ['t', 'exit', '128'],
      ['t', 'exit', '255'],
      ['t', 'kill', 'TERM'],
      ['t', 'kill', 'KILL'],
      ['t', 'kill', 'PIPE'],
      ['t', 'background', '2'],
      ['t', 'fds'],
      ['t', 'groups'],
      ['t', 'stdin'],
      ['t', 'argv', 'a'.repeat(130_000)],
    ],
  ],
  [
    'NUL bytes',
    [
      ['t', {}],
      ['u', { stdin: 2 }],
      ['v', { stdin: 'last' }],
      ['w', { stdin: 1 }],
    ],
    [
      ['t\0', 'argv'],
      ['t', 'argv\0'],
      ['t', 'argv', 'a\0'],
      ['unknown', 'a', 'b\0'],
      ['u', 'stdin', 'a\0b', 'c'],
      ['u', 'stdin', 'a', 'b\0'],
      ['v', 'stdin', 'a\0b'],
      ['v', 'stdin', 'a\0b', 'c'],
      ['w', 'a\0b'],
      ['v\0', 'a'],
    ],
  ],
  [
    'standard input',
    [
      ['n', { stdin: 3 }],
      ['last', { stdin: 'last' }],
      ['first', { stdin: 1 }],
    ],
    [
      ['n', 'stdin', 'a'],
      ['n', 'stdin', 'a', 'data'],
      ['n', 'stdin', 'a', 'data', 'b'],
      ['n', 'stdin', 'a', ''],
      ['n', 'argv', 'a', 'x'.repeat(300_000)],
      ['n', 'close', 'a', 'x'.repeat(300_000)],
      ['n', 'exit', '3', 'x'.repeat(300_000)],
      ['last'],
      ['last', 'stdin'],
      ['last', 'stdin', 'data'],
      ['last', 'stdin', 'a', 'b', Buffer.of(0xff, 0)],
      ['first', 'stdin', 'a'],
      ['first'],
    ],
  ],
  [
    'names',
    [
      ['a', { subcommand: 'EMPTY' }],
      ['a', { subcommand: 'argv' }],
      ['EMPTY', { subcommand: 'argv' }],
      ['ALL', { subcommand: 'exit' }],
      ['a', { subcommand: 'both' }, ['princ:nobody']],
      ['a', {}],
    ],
    [
      ['a'],
      ['a', 'EMPTY'],
      ['a', ''],
      ['a', 'argv', 'x'],
      ['a', 'ALL'],
      ['a', 'both'],
      ['A', 'argv'],
      ['EMPTY', 'argv'],
      ['', 'argv'],
      ['anything', 'exit', '3'],
      ['anything'],
      ['anything', 'else'],
      ['help', 'exit', '4'],
      ['help'],
    ],
  ],
  [
    'help',
    [
      ['a', { help: 's0' }],
      ['b', { help: 's3', subcommand: 'one' }],
      ['c', { help: 'env' }],
      ['d', {}],
      ['e', { help: 'stdin', stdin: 'last' }],
      ['f', { help: 'sk' }, ['princ:nobody']],
      ['g', { help: 'sk', subcommand: 'EMPTY' }],
    ],
    [
      ['help', 'a'],
      ['help', 'a', 'x'],
      ['help', 'a', ''],
      ['help', 'a', Buffer.of(0x80)],
      ['help', 'b'],
      ['help', 'b', 'one'],
      ['help', 'b', 'two'],
      ['help', 'c', 'REMCTL_COMMAND'],
      ['help', 'd'],
      ['help', 'e', 'x'],
      ['help', 'f'],
      ['help', 'g'],
      ['help', 'g', 'x'],
      ['help', 'nothing'],
      ['help', ''],
      ['help\0'],
      ['help', 'a\0'],
      ['help', 'a', 'b\0'],
      ['help'],
      ['help', 'nothing', 'b', 'c'],
    ],
  ],
  [
    'a command of the name help',
    [
      ['help', {}],
      ['a', { help: 's0' }],
    ],
    [['help'], ['help', 'argv', 'a', 'b', 'c']],
  ],
  [
    'a summary',
    [
      ['a', { summary: 's0' }],
      ['b', { summary: 's3', subcommand: 'one' }],
    ],
    [['help']],
  ],
  [
    'a summary of an empty subcommand, and one refused',
    [
      ['a', { summary: 's0', subcommand: 'EMPTY' }],
      ['b', { summary: 's7' }, ['princ:nobody']],
      ['c', { summary: 's0' }],
    ],
    [['help']],
  ],
  [
    'a summary that fails before the last',
    [
      ['a', { summary: 's3' }],
      ['b', { summary: 's0' }],
    ],
    [['help']],
  ],
  [
    'a summary that fails before a command without',
    [
      ['a', { summary: 's3' }],
      ['b', {}],
    ],
    [['help']],
  ],
  [
    'two summaries that fail',
    [
      ['a', { summary: 's3' }],
      ['b', { summary: 's4' }],
    ],
    [['help']],
  ],
  [
    'a summary that a signal ends',
    [
      ['a', { summary: 'sk' }],
      ['b', { summary: 's0' }],
    ],
    [['help']],
  ],
  [
    'a summary that a signal ends before another fails',
    [
      ['a', { summary: 'sk' }],
      ['b', { summary: 's4' }],
    ],
    [['help']],
  ],
  ['a summary that is asked for by an empty name', [['a', { summary: 's0' }]], [['help', '']]],
  ["a summary's command", [['a', { summary: 'env', subcommand: 'REMCTL_COMMAND' }]], [['help']]],
  ['a summary with standard input', [['a', { summary: 's0', stdin: 'last' }]], [['help']]],
  [
    'no summary',
    [
      ['a', { summary: 's0' }, ['princ:nobody']],
      ['b', {}],
    ],
    [['help']],
  ],
];

describe('beside the real remctld', () => {
  it.each(TABLE)('%s', async (_title, lines, commands) => {
    const own = commandsOf(lines);
    const { run } = await prepare(own);
    await using real: RealRemctld = await startReal(realm, own.map(confLine).join(''));
    for (const command of commands) {
      const answer = await run(...command);
      expect({ command, answer }).toEqual({ command, answer: await real.run(...command) });
    }
  });

  it('the environment and the working directory', async () => {
    const names = [
      'REMUSER',
      'REMOTE_USER',
      'REMOTE_ADDR',
      'REMOTE_HOST',
      'REMCTL_COMMAND',
      'LISTEN_FDS',
    ];
    const own = commandsOf([
      ['t', {}],
      ['ALL', {}],
    ]);
    const { run } = await prepare(own);
    await using real = await startReal(realm, own.map(confLine).join(''));
    for (const name of ['t', 'x y', 'é', Buffer.of(0xff)]) {
      expect(await run(name, 'env', ...names)).toEqual(await real.run(name, 'env', ...names));
    }
    const environment = (await real.run('t', 'env')).stdout.match(/^\w+/gm);
    expect(
      (await run('t', 'env')).stdout.match(/^\w+/gm)?.filter((name) => /^REM|KRB5_KTN/.test(name)),
    ).toEqual(environment?.filter((name) => /^REM|KRB5_KTN/.test(name)));
    expect((await run('t', 'cwd')).stdout).toBe(process.cwd());
  });

  it.skipIf(process.geteuid?.() !== 0)('a program of another user', async () => {
    for (const user of ['nobody', '65534', 'root', '1']) {
      const id = '/usr/bin/id';
      const { run } = await prepare([{ command: 't', program: id, access: ['ANYUSER'], user }]);
      await using real = await startReal(realm, `t ALL ${id} user=${user} ANYUSER\n`);
      expect(await run('t')).toEqual(await real.run('t'));
    }
  });

  it('a program that has gone', async () => {
    const own: ProgramCommand[] = [
      { command: 't', program: join(realm.folder, 'gone'), access: ['ANYUSER'] },
    ];
    await using real = await startReal(realm, own.map(confLine).join(''));
    // remctld's option -S, which the realm uses, sends the child's own message to the client.
    expect(await real.run('t')).toMatchObject({ stdout: '', status: 255 });
  });
});
