/** Tables of the guides, beside the code that they tell of. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { PROGRAMS, PUBLIC_PACKAGES, ROOT, textOf } from './examples/documents.js';

/** The first column of the tables of a document or of a part of it, without the heads. */
function firstColumn(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| -+ \|/.test(line))
    .map((line) => line.split(' | ')[0]?.slice(2).trim() ?? '');
}

test('every message of the troubleshooting guide is one that the code prints', () => {
  const files = execFileSync('git', ['ls-files', 'packages/*/src/*.ts', 'packages/*/native/*'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  // A long message is written in several pieces.
  const source = files
    .split('\n')
    .filter((file) => file !== '')
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('\n')
    .replaceAll(/['"`]\s*\+\s*['"`]/g, '')
    .replaceAll("\\'", "'");
  const messages = firstColumn(textOf('docs/guide/troubleshooting.md')).flatMap((cell) =>
    cell.startsWith('`') ? [cell.replaceAll('`', '')] : [],
  );
  const pieces = messages.flatMap((message) => message.split('…').map((piece) => piece.trim()));
  const unknown = pieces.filter((piece) => piece.length > 3 && !source.includes(piece));
  expect(unknown).toEqual([]);
  expect(messages.length).toBeGreaterThan(30);
});

/** The options that a text names. */
const optionsOf = (text: string) =>
  [...new Set(text.match(/(?<![\w-])--?[a-z][a-z-]*/g) ?? [])].sort();

/** The options that the command's usage lists. A line begins with its options; two spaces end them. */
function realOptions(): string[] {
  const program = PROGRAMS.get('remctl') ?? expect.fail('no package has the program remctl');
  const help = execFileSync(program, ['--help'], { encoding: 'utf8' });
  const usage = help.split('\n').map((line) => line.trim().split(/ {2,}/)[0] ?? '');
  return optionsOf(usage.filter((line) => /^(?:-|Long names)/.test(line)).join('\n'));
}

test('the guide for users of the C client names every option, and no other', () => {
  const tables = textOf('docs/guide/from-c.md')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  expect(optionsOf(tables.join('\n'))).toEqual(realOptions());
});

test('the page of @remctl/cli names every option', () => {
  const named = optionsOf(textOf('packages/cli/README.md'));
  expect(realOptions().filter((option) => !named.includes(option))).toEqual([]);
});

test.each(PUBLIC_PACKAGES)('the page of @remctl/%s says how to install it', (name) => {
  const install = /^npm install (?:.* )?@remctl\/(\S+)/gm;
  const page = textOf(`packages/${name}/README.md`);
  const named = [...page.matchAll(install)].map(([line]) => line);
  expect(named.some((line) => line.split(' ').includes(`@remctl/${name}`))).toBe(true);
});

test('units of systemd in the guides have sections and settings alone', () => {
  for (const guide of ['credentials', 'server']) {
    const units = textOf(`docs/guide/${guide}.md`).matchAll(/```ini\n(.*?)```/gs);
    for (const [, unit = ''] of units) {
      const lines = unit.split('\n').filter((line) => line !== '');
      expect(lines.filter((line) => !/^(?:\[[A-Z]\w+\]|[A-Z]\w+=.+)$/.test(line))).toEqual([]);
    }
  }
});

test('the Dockerfile in the guide to credentials is one', () => {
  const [, dockerfile = ''] =
    /```dockerfile\n(.*?)```/s.exec(textOf('docs/guide/credentials.md')) ?? [];
  expect(dockerfile).toContain('FROM');
  expect(validate(dockerfile)).toEqual([]);
});

test('the guides for other bindings name methods that exist', async () => {
  const { Remctl } = await import('@remctl/core');
  for (const guide of ['from-python', 'from-perl', 'from-c']) {
    const ours = textOf(`docs/guide/${guide}.md`)
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split(' | ')[1] ?? '')
      .join('\n');
    const methods = [...ours.matchAll(/\b(?:r|client)\.(\w+)\(/g)].map(([, name]) => name ?? '');
    expect(methods.length, guide).toBeGreaterThan(7);
    expect(methods.filter((method) => !(method in Remctl.prototype))).toEqual([]);
  }
});

test('the guide for Python names every call of its README', () => {
  const calls = [
    'remctl.remctl(',
    'remctl.Remctl(',
    'set_ccache(',
    'set_source_ip(',
    'set_timeout(',
    'open(',
    'command(',
    'output(',
    'noop(',
    'close(',
    'error(',
  ];
  const guide = textOf('docs/guide/from-python.md');
  expect(calls.filter((call) => !guide.includes(call))).toEqual([]);
});
