/** The completion scripts, in real shells where the machine has them. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completionScript } from '../src/help/completion/completion-script.js';
import { OPTION_TABLE } from '../src/options/option-table.js';
import { COMPLETION_SHELLS } from '../src/options/options.js';
import { REMCTL } from './program.js';

const OPTIONS = OPTION_TABLE.flatMap(({ options }) => options);
const NAMES = OPTIONS.flatMap(({ short, long }) => [
  ...(short === undefined ? [] : [`-${short}`]),
  ...(long === undefined ? [] : [`--${long}`]),
]);
const HOSTS = ['db1.example.org', 'web1.example.org', 'web2.example.org'];

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-completion-'));
  for (const shell of COMPLETION_SHELLS) {
    writeFileSync(at(`remctl.${shell}`), completionScript(shell));
  }
  writeFileSync(at('hosts'), HOSTS.map((host) => `192.0.2.1 ${host}\n`).join(''));
  writeFileSync(at('app.keytab'), '');
  writeFileSync(at('two words'), '');
  mkdirSync(at('archive'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(COMPLETION_SHELLS)('--completion %s prints the script', (shell) => {
  const printed = spawnSync(process.execPath, [REMCTL, '--completion', shell], {
    encoding: 'utf8',
  });
  expect(printed).toMatchObject({ status: 0, stdout: completionScript(shell), stderr: '' });
});

describe('bash', () => {
  /** Completes the last word of a line, whose words are parted as bash parts them. */
  function complete(...words: string[]): string[] {
    const script = `
      HOSTFILE=$PWD/hosts
      source ./remctl.bash
      COMP_WORDS=(remctl "$@")
      COMP_CWORD=$#
      _remctl remctl
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  }

  test('every option of the table', () => {
    expect(complete('-')).toEqual([...NAMES].sort());
    expect(complete('--co')).toEqual(['--completion']);
  });

  test.each([
    [
      ['--backend', ''],
      ['native', 'pure'],
    ],
    [['--backend', 'p'], ['pure']],
    [
      ['--backend', '='],
      ['native', 'pure'],
    ],
    [['--backend', '=', 'p'], ['pure']],
    [['--completion', 'f'], ['fish']],
    [
      ['--keytab', 'a'],
      ['app.keytab', 'archive'],
    ],
    [['--keytab', '=', 'app'], ['app.keytab']],
    [['--keytab', 'two'], ['two words']],
    [['--arg-file', '2', '=', 'app'], ['app.keytab']],
    [
      ['--arg-file', '2', '='],
      ['app.keytab', 'archive', 'hosts', 'remctl.bash', 'remctl.fish', 'remctl.zsh', 'two words'],
    ],
    [['--ccache', 'FILE', ':', 'x'], []],
    [['-p', ''], []],
    [['-dp', ''], []],
    [['-s', 'w'], []],
  ])('the value of an option: %j', (words, expected) => {
    expect(complete(...words)).toEqual(expected);
  });

  test.each([
    [['']],
    [['-p', '4373', '']],
    [['-p4373', '']],
    [['-dp', '4373', '']],
    [['-d', '']],
    [['--backend', '=', 'pure', '']],
    [['--backend', 'pure', '-d', '']],
    [['--', '']],
    [['--doctor', '']],
  ])('the host: %j', (words) => {
    expect(complete(...words)).toEqual(HOSTS);
  });

  test('a list of hosts, each after a comma', () => {
    expect(complete('--hosts', 'web')).toEqual(['web1.example.org', 'web2.example.org']);
    expect(complete('--hosts', 'a,web1')).toEqual(['a,web1.example.org']);
    expect(complete('--hosts', '=', 'a,web1')).toEqual(['a,web1.example.org']);
  });

  test.each([
    [['web1.example.org', '']],
    [['web1.example.org', 'a']],
    [['web1.example.org', '--b']],
    [['-p', '4373', 'web1.example.org', 'command', '']],
    [['--', 'web1.example.org', '']],
    [['--hosts', 'a,b', '']],
    [['--hosts-file', '=', 'hosts', '']],
    [['--discover', 'example.org', 'a']],
    [['--hosts', 'a,b', 'command', '-']],
  ])("nothing for the words of the command, which are the server's: %j", (words) => {
    expect(complete(...words)).toEqual([]);
  });

  test('in the line of a terminal', async () => {
    const shell = spawn('script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], {
      cwd: folder,
      env: { ...process.env, PS1: '> ', TERM: 'dumb', HISTFILE: '' },
    });
    let seen = '';
    const until = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (seen.includes(text)) {
            shell.stdout.off('data', look);
            resolve();
          }
        };
        shell.stdout.on('data', look);
        look();
      });
    shell.stdout.on('data', (data) => {
      seen += data;
    });
    const ended = new Promise((resolve) => shell.on('close', resolve));
    try {
      shell.stdin.write('remctl() { printf "<%s>" "$@"; echo; }\n');
      shell.stdin.write('source ./remctl.bash; echo rea""dy\n');
      await until('ready');
      shell.stdin.write('remctl --backe\tp\t--keytab=app\t--arg-file 2=arc\tx\n');
      await until('archive/x>');
    } finally {
      // The end of the terminal is the end of its shell.
      shell.kill();
      await ended;
    }
    expect(seen).toContain('<--backend><pure><--keytab=app.keytab><--arg-file><2=archive/x>');
  });
});

describe('zsh', () => {
  test('reads the script', () => {
    const { status, stderr } = spawnSync('zsh', ['-n', at('remctl.zsh')], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('fish', () => {
  const complete = (line: string) =>
    spawnSync('fish', ['--no-config', '-c', `source ./remctl.fish; complete -C "${line}"`], {
      cwd: folder,
      encoding: 'utf8',
    })
      .stdout.split('\n')
      .map((each) => each.split('\t', 1)[0]);

  test('completes options, values, and nothing behind the host', () => {
    expect(complete('remctl --back')).toContain('--backend');
    expect(complete('remctl --backend p')).toContain('pure');
    expect(complete('remctl web1.example.org ')).toEqual(['']);
  });
});

describe.each(['zsh', 'fish'] as const)('the script of %s', (shell) => {
  test.each(OPTIONS)('has the option -$short --$long with its values', (option) => {
    const { short, long, value } = option;
    const kind = value?.kind;
    const lines = completionScript(shell).split('\n');
    const mine =
      shell === 'fish'
        ? lines.filter((line) =>
            line.includes(long === undefined ? ` -s ${short} ` : ` -l ${long} `),
          )
        : lines.filter((line) => line.includes(long === undefined ? `)-${short}` : `--${long}`));
    expect(mine).not.toEqual([]);
    if (kind?.type === 'words') {
      expect(mine.join('')).toContain(kind.words.join(' '));
    }
    if (kind?.type === 'file') {
      expect(mine.join('')).toMatch(/_files|_argument_file| -F /);
    }
  });
});
