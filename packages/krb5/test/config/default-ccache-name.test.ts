/** The default name of the cache, beside libkrb5. */
import { describe, expect, it } from 'vitest';
import { defaultCcacheName } from '../../src/config/default-ccache-name.js';
import { expandPath } from '../../src/config/expand-path.js';
import { readKrb5Config } from '../../src/config/krb5-config.js';
import { useMitAnswers } from '../support/mit-answers.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();

describe('defaultCcacheName and libkrb5', () => {
  const mit = useMitAnswers();

  const TOKENS = '%{uid}-%{euid}-%{USERID}-%{username}-%{TEMP}-%{null}-%{uid}';
  const CONFIGURED = `[libdefaults]
    default_ccache_name = FILE:/c-${TOKENS}
  `;

  it.each([
    ['by default', '', {}],
    ['as configured', CONFIGURED, {}],
    ['as configured, with TMPDIR', CONFIGURED, { TMPDIR: '/elsewhere' }],
    [
      'from the environment, whose tokens are not expanded',
      CONFIGURED,
      { KRB5CCNAME: 'DIR:/%{uid}' },
    ],
  ])('name the same cache %s', async (_, text, variables) => {
    const env = { ...variables, KRB5_CONFIG: files.write('krb5.conf', text) };
    const config = await readKrb5Config(env);
    const answers = mit.ask([['ccache_name']], env);
    expect([[defaultCcacheName(config, env)]]).toEqual(answers);
  });
});

describe('expandPath', () => {
  it.each([
    ['FILE:/%{LIBDIR}/x', /%{LIBDIR} is not known here; known are TEMP, uid/],
    ['FILE:/%{uid', /a %{ without its }/],
    ['%{}', /%{} is not known/],
  ])('refuses %s', (text, message) => {
    expect(() => expandPath(text, {})).toThrow(message);
  });

  it('leaves other text alone', () => {
    expect(expandPath('100% {uid} }', {})).toBe('100% {uid} }');
  });
});
