/** The man page: every option is there, and the readers of man pages have nothing to complain of. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { manPage } from '../src/help/man-page.js';
import { code, request, text } from '../src/help/roff.js';
import { OPTION_TABLE } from '../src/options/option-table.js';

const PAGE = fileURLToPath(new URL('../man/remctl.1', import.meta.url));

/** Returns what a reader sees of roff, in one column of plain text. */
function shown(roff: string): string {
  const { stdout, stderr } = spawnSync(
    'groff',
    ['-ww', '-man', '-rLL=1000n', '-Tascii', '-P-c', '-P-bou'],
    {
      input: roff,
      encoding: 'utf8',
    },
  );
  expect(stderr).toBe('');
  return stdout;
}

test('man and groff warn of nothing', () => {
  const man = spawnSync('man', ['--warnings=w', '--encoding=UTF-8', '--local-file', PAGE], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80' },
  });
  expect({ status: man.status, stderr: man.stderr }).toEqual({ status: 0, stderr: '' });
  expect(man.stdout).toContain('remctl - run a command on a server that runs remctld');
});

test('the sections are those of a man page, in their order', () => {
  const roff = readFileSync(PAGE, 'utf8');
  expect([...roff.matchAll(/^\.SH "(.*)"$/gm)].map(([, title]) => title)).toEqual([
    'NAME',
    'SYNOPSIS',
    'DESCRIPTION',
    'OPTIONS',
    'ARGUMENTS FROM ELSEWHERE',
    'SEVERAL HOSTS',
    'SESSION',
    'DOCTOR',
    'JSON OUTPUT',
    'EXIT STATUS',
    'ENVIRONMENT',
    'FILES',
    'EXAMPLES',
    'DIFFERENCES FROM THE C CLIENT',
    'SEE ALSO',
  ]);
});

const OPTIONS = OPTION_TABLE.flatMap(({ options }) => options);

test.each(OPTIONS)('the option -$short --$long has its term and its paragraph', (option) => {
  const page = shown(manPage('1.2.3'));
  const names = [option.short && `-${option.short}`, option.long && `--${option.long}`];
  const term = names.filter(Boolean).join(', ') + (option.value ? ` ${option.value.name}` : '');
  const lines = page.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => line === term || line.startsWith(`${term} `));
  expect(at).toBeGreaterThan(0);
  expect(lines.slice(at, at + 3).join(' ')).toContain(option.man);
});

test('the version stands in the foot', () => {
  expect(shown(manPage('1.2.3'))).toContain('remctl 1.2.3');
});

const HEAD = request('TH', 'X', '1', '2026-01-01');

describe('what roff would read as its own', () => {
  test.each(['.TH', "'br", '\\fBbold', 'a-b --port -- -', '`tick` ^ ~ "quoted"', 'web[01-20]'])(
    '%s is shown as it is',
    (words) => {
      for (const roff of [text(words), code(words)]) {
        const lines = shown(HEAD + roff).split('\n');
        expect(lines.map((line) => line.trim())).toContain(words);
      }
    },
  );

  test('quotes in the argument of a request', () => {
    expect(shown(HEAD + request('SS', 'the "one" a-b'))).toContain('the "one" a-b');
  });
});
