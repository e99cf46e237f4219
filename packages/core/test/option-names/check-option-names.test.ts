/** Names of options that do not exist, and what the error says of them. */
import { expect, test } from 'vitest';
import { checkOptionNames, type OptionNames } from '../../src/option-names/index.js';

const names: OptionNames = {
  known: ['host', 'hostKey', 'timeout', 'maxOutput'],
  ignored: ['weight'],
  alsoCalled: { host: ['server'] },
  notes: { timeout: 'seconds' },
  elsewhere: [{ names: ['parallel'], advice: 'give it to the other one' }],
};

const check = (options: unknown, of = names) => checkOptionNames('call()', options as object, of);

test('known options, ignored ones, and those of a prototype are taken', () => {
  check({ host: 'h', timeout: undefined, weight: 1 });
  check(Object.create({ anything: 1 }));
  check({ [Symbol('anything')]: 1 });
});

test.each([
  ['timeoutMs', 'did you mean timeout (seconds)?'],
  ['time_out', 'did you mean timeout (seconds)?'],
  ['TIMEOUT', 'did you mean timeout (seconds)?'],
  ['tiemout', 'did you mean timeout (seconds)?'],
  ['hots', 'did you mean host?'],
  ['hostname', 'did you mean host?'],
  ['hostKeyFile', 'did you mean hostKey?'],
  ['server', 'did you mean host?'],
  ['maxOutptu', 'did you mean maxOutput?'],
  ['max', 'call(): there is no option "max"; there are host, hostKey, timeout, maxOutput'],
  ['toString', '; there are host'],
  ['__proto__', '; there are host'],
  ['parallel', 'call(): there is no option "parallel": give it to the other one'],
  [
    'paralel',
    'call(): there is no option "paralel": if you mean parallel, give it to the other one',
  ],
])('%s is refused', (name, message) => {
  const options = Object.fromEntries([[name, undefined]]);
  expect(() => check(options)).toThrow(TypeError);
  expect(() => check(options)).toThrow(message);
});

test('a call with one option, or none, says so', () => {
  expect(() => check({ foo: 1 }, { known: ['signal'] })).toThrow('; the only one is signal');
  expect(() => check({ foo: 1 }, { known: [] })).toThrow('there is no option "foo": it takes none');
});

test.each([null, 5, 'text'])('%j is no object', (options) => {
  expect(() => check(options)).toThrow(TypeError);
  expect(() => check(options)).toThrow('the options must be an object');
});
