/** The usage: the C client's lines first, then every option, in 80 columns. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { usage } from '../src/help/usage.js';
import { OPTION_TABLE } from '../src/options/option-table.js';
import { REMCTL } from './program.js';

const help = (option: string) =>
  spawnSync(process.execPath, [REMCTL, option], { encoding: 'utf8' });

test("it begins with the C client's own usage", () => {
  const theirs = spawnSync('remctl', ['-h'], { encoding: 'utf8' }).stdout;
  expect(theirs).toMatch(/^Usage: remctl/);
  expect(usage().slice(0, theirs.length)).toBe(theirs);
});

test('-h and --help print it and end with status 0', () => {
  for (const option of ['-h', '--help']) {
    expect(help(option)).toMatchObject({ status: 0, stdout: usage(), stderr: '' });
  }
});

test('no line has more than 80 columns, and none ends with a blank', () => {
  for (const line of usage().split('\n')) {
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line).toBe(line.trimEnd());
  }
});

test.each(OPTION_TABLE.flatMap(({ options }) => options))(
  'the option -$short --$long is there with its text',
  ({ short, long, help: words, value }) => {
    const text = usage().replace(/\s+/g, ' ');
    const name = short === undefined ? `--${long}` : `-${short}`;
    const shown = value === undefined ? name : `${name} <${value.name}>`;
    expect(text).toContain(` ${shown} ${words}`);
    expect(text).toContain(long === undefined ? name : `--${long}`);
  },
);

test('groups, examples and where to read more are there', () => {
  for (const { heading } of OPTION_TABLE.slice(1)) {
    expect(usage()).toContain(`\n\n${heading}:\n`);
  }
  expect(usage()).toContain('\n\nExamples:\n    remctl ');
  expect(usage()).toMatch(/\n\nMore: man remctl\n$/);
});
