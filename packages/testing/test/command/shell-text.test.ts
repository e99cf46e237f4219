/** Variables as shells read them: sh itself, and the text for the others. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { SHELLS, shellText } from '../../src/command/shell-text.js';

const AWKWARD = `it's "quoted" $HOME \`id\` \\ \\n & | ; é
second line`;

describe('sh', () => {
  test('sets every text as it is, and removes what has no value', () => {
    const text = shellText('sh', { AWKWARD, PLAIN: 'x', GONE: undefined });
    const script = `${text}printf '%s|%s|%s' "$AWKWARD" "$PLAIN" "\${GONE-unset}"`;
    const env = { PATH: process.env.PATH, GONE: 'here' };
    expect(execFileSync('sh', ['-c', script], { env, encoding: 'utf8' })).toBe(
      `${AWKWARD}|x|unset`,
    );
  });
});

// These shells are on no machine of this project: their texts follow their manuals.
describe('the other shells', () => {
  test('fish: a quote and a backslash are escaped', () => {
    expect(shellText('fish', { A: `it's \\`, B: undefined })).toBe(
      "set -gx A 'it\\'s \\\\'\nset -e B\n",
    );
  });

  test('powershell: every kind of single quote is doubled', () => {
    expect(shellText('powershell', { A: 'it\u2019s $x', B: undefined })).toBe(
      "$env:A = 'it\u2019\u2019s $x'\n$env:B = $null\n",
    );
  });

  test('cmd: what it cannot carry is refused', () => {
    expect(shellText('cmd', { A: 'C:\\a & b', B: undefined })).toBe(
      'set "A=C:\\a & b"\nset "B="\n',
    );
    expect(() => shellText('cmd', { A: '100%' })).toThrow(/A has .*--shell powershell/);
  });

  test('json: one line, null for what is removed', () => {
    const text = shellText('json', { A: AWKWARD, B: undefined });
    expect(text.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(text)).toEqual({ A: AWKWARD, B: null });
  });

  test('all take no variables', () => {
    for (const shell of SHELLS) {
      expect(shellText(shell, {}).trim()).toBe(shell === 'json' ? '{}' : '');
    }
  });
});
