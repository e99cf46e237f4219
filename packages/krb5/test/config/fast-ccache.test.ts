/** The cache that fast_ccache names, beside libkrb5. */
import { describe, expect, test } from 'vitest';
import { fastCcache, readKrb5Config } from '../../src/config/krb5-config.js';
import { useMitAnswers } from '../support/mit-answers.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();
const mit = useMitAnswers();

const OPTION = 'fast_ccache';
const PLACES = {
  'all programs': [`${OPTION} = FILE:/all`, `${OPTION} = FILE:/all-again`],
  'the realm': ['A.TEST = {', `  ${OPTION} = FILE:/realm`, '}'],
  remctl: ['remctl = {', `  ${OPTION} = "FILE:/remctl"`, '}'],
  'remctl in the realm': ['remctl = {', '  A.TEST = {', `    ${OPTION} = FILE:/both`, '  }', '}'],
  'another program': ['pam = {', `  ${OPTION} = FILE:/pam`, '}'],
};
type Place = keyof typeof PLACES;

describe('fast_ccache is read as krb5_appdefault_string reads it', () => {
  test.each<readonly Place[]>([
    [],
    ['all programs'],
    ['the realm', 'all programs'],
    ['all programs', 'the realm', 'remctl'],
    ['all programs', 'the realm', 'remctl', 'remctl in the realm'],
    ['another program'],
  ])('if it stands for %s %s %s %s', async (...places) => {
    const lines = places.flatMap((place) => PLACES[place]);
    const text = ['[appdefaults]', ...lines, ''].join('\n');
    const env = { KRB5_CONFIG: files.write('krb5.conf', text) };
    const config = await readKrb5Config(env);
    for (const realm of ['A.TEST', 'B.TEST']) {
      const [answer] = mit.ask([['appdefault', 'remctl', realm, OPTION]], env);
      expect([fastCcache(config, realm) ?? '']).toEqual(answer);
    }
  });
});
