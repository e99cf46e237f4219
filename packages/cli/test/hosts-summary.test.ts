/** The summary, the live line and the colours, from results alone. */
import { type HostResult, RemctlNetworkError, RemctlProtocolError } from '@remctl/core';
import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { durationText } from '../src/hosts/duration-text.js';
import { createProgress } from '../src/hosts/progress.js';
import { summaryText } from '../src/hosts/summary.js';
import { createTally } from '../src/hosts/tally.js';
import { wantsColors } from '../src/terminal/wants-colors.js';

const nothing = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), milliseconds: 1, attempts: 1 };
const finished = (host: string, status: number): HostResult => ({
  type: 'finished',
  host,
  ...nothing,
  status,
});
const failed = (
  host: string,
  error: unknown,
  commandState: 'not-sent' | 'unknown' | 'finished' = 'not-sent',
): HostResult => ({ type: 'failed', host, ...nothing, error, commandState });
const refused = (host: string, seen = host) =>
  failed(
    host,
    new RemctlNetworkError(`cannot connect to ${seen} (port 4373): Connection refused`, {
      code: 'ECONNREFUSED',
      phase: 'connect',
    }),
  );

function linesOf(results: readonly HostResult[], withAll = false): string[] {
  const tally = createTally();
  for (const result of results) {
    tally.add(result);
  }
  const colors = pc.createColors(false);
  return summaryText(tally, { milliseconds: 61_000, colors, withAll }).trimEnd().split('\n');
}

describe('the summary', () => {
  test('counts each outcome', () => {
    const [head, counts] = linesOf([
      finished('a', 0),
      finished('b', 0),
      finished('c', 1),
      failed('d', new RemctlProtocolError(6, 'Access denied'), 'finished'),
      refused('e'),
      failed('f', new Error('gone'), 'unknown'),
      { type: 'not-begun', host: 'g' },
    ]);
    expect(head?.trim().split(/ {2,}/)).toEqual([
      ...['ran', 'failed', 'not sent', 'unknown', 'not begun', 'time'],
    ]);
    expect(counts?.trim().split(/ {2,}/)).toEqual(['2', '2', '1', '1', '1', '1:01']);
  });

  test('folds hosts with one reason, the host and its domain apart', () => {
    const results = [refused('web01'), refused('web02', 'web02.example.org'), refused('web03')];
    expect(linesOf(results).slice(2)).toEqual([
      'not sent: cannot connect to HOST (port 4373): Connection refused (3): web[01-03]',
    ]);
  });

  test("a host's name is not taken out of other words", () => {
    expect(linesOf([refused('to'), refused('port')]).slice(2)).toEqual([
      'not sent: cannot connect to HOST (port 4373): Connection refused (2): to,port',
    ]);
    const denied = failed('Access', new RemctlProtocolError(6, 'Access denied'), 'finished');
    expect(linesOf([denied]).at(-1)).toBe('failed: Access denied (1): Access');
    const pattern = refused('a(b.*[c');
    expect(linesOf([pattern]).at(-1)).toMatch(/cannot connect to HOST \(port/);
  });

  test('has a bounded number of lines for any number of reasons, and names each host', () => {
    const results = Array.from({ length: 2000 }, (_, index) =>
      failed(`web${index + 1}`, new Error(`reason ${index}`)),
    );
    const lines = linesOf(results);
    expect(lines).toHaveLength(2 + 10 + 1);
    expect(lines.at(-1)).toBe('not sent: 1990 other reasons (1990): web[11-2000]');
  });

  test('a reason is one line of bounded length, without control characters', () => {
    const error = new RemctlProtocolError(1, `one\ntwo\u001b[2J${'x'.repeat(10_000)}`);
    const [, , line = '', ...more] = linesOf([failed('a', error, 'finished')]);
    expect(more).toEqual([]);
    expect(line).toMatch(/^failed: one two\\x1b\[2Jx+… \(1\): a$/);
    expect(line.length).toBeLessThan(400);
  });

  test('names the hosts that ran where that is asked for', () => {
    expect(linesOf([finished('b1', 0), finished('b2', 0)])).toHaveLength(2);
    expect(linesOf([finished('b1', 0), finished('b2', 0)], true).at(-1)).toBe('ran (2): b[1-2]');
  });
});

test('the live line names the hosts that run for longest, and is cut to the terminal', () => {
  let moment = 0;
  const progress = createProgress(5, () => moment);
  for (const host of ['a', 'b', 'c', 'd']) {
    progress.begin(host);
    moment += 1000;
  }
  progress.end('a', false);
  progress.end('c', true);
  expect(progress.line(200)).toBe(
    '2/5 done, 2 running, 1 failed, 4.0 s; slowest: b 3.0 s, d 1.0 s',
  );
  expect(progress.line(10)).toBe('2/5 done,…');
  progress.begin('\u001b[2J');
  expect(progress.line(200)).toContain('\\x1b[2J 0.0 s');
});

test.each([
  [0, '0.0 s'],
  [59_999, '59.9 s'],
  [60_000, '1:00'],
  [3_599_999, '59:59'],
  [3_661_000, '1:01:01'],
])('%d milliseconds are %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { TERM: 'dumb' }, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [false, { FORCE_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('a terminal: %j, with %j: colours %j', (isTerminal, env, wanted) => {
  expect(wantsColors(isTerminal, env)).toBe(wanted);
});
