/** Durations of krb5.conf, beside krb5_string_to_deltat. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/config/duration.js';
import { useMitAnswers } from '../support/mit-answers.js';

describe('parseDuration', () => {
  const mit = useMitAnswers();

  it.each([
    ['36000', 36_000],
    ['10h', 36_000],
    ['1d 2h', 93_600],
    ['1d2h3m4s', 93_784],
    ['5m', 300],
    ['1:30', 5400],
    ['1:30:15', 5415],
    ['2-01:00:00', 176_400],
    ['10hours', 36_000],
    ['0', 0],
    ['5min', 300],
    ['5seconds', 5],
    ['-5', -5],
    ['1d -2h', 79_200],
    ['2147483647', 2_147_483_647],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    '',
    ' ',
    'soon',
    '1h 2d',
    '1:2:3:4',
    '2-01:00',
    '1:300',
    '2147483648',
    '25000d',
    '- 5',
    '5 min',
  ])('refuses "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads any text as krb5_string_to_deltat does', () => {
    const unit = fc.constantFrom(
      ...'  0123459dhms::-x\t\v\r',
      ...['10', '1d', '2h', '30m', '9s', '99999999', '24855d', '-24855d', '2147483647'],
    );
    const texts = fc.sample(fc.string({ unit, minLength: 1, maxLength: 8 }), 5000);
    const answers = mit.ask(texts.map((text) => ['duration', text]));
    for (const [at, text] of texts.entries()) {
      const [seconds] = answers[at] ?? [];
      const expected = seconds === undefined ? undefined : Number(seconds);
      expect([text, parseDuration(text)]).toEqual([text, expected]);
    }
  });

  it('reads every form of a duration that fits 32 bits', () => {
    const parts = fc.tuple(fc.nat(20_000), fc.nat(23), fc.nat(59), fc.nat(59));
    fc.assert(
      fc.property(parts, ([days, hours, minutes, seconds]) => {
        const expected = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
        const two = (value: number) => String(value).padStart(2, '0');
        for (const text of [
          `${days}d ${hours}h ${minutes}m ${seconds}s`,
          `${days}d${hours}h${minutes}m${seconds}s`,
          `${days}-${two(hours)}:${two(minutes)}:${two(seconds)}`,
          `${days * 24 + hours}:${two(minutes)}:${two(seconds)}`,
          String(expected),
        ]) {
          expect([text, parseDuration(text)]).toEqual([text, expected]);
        }
      }),
    );
  });
});
