/** The names of credential caches. */
import { describe, expect, it } from 'vitest';
import { locateCcache, SYSTEM_LIBRARY_READS_IT } from '../../src/ccache/ccache-name.js';

describe('locateCcache', () => {
  it.each([
    ['FILE:/tmp/x', 'FILE:/tmp/x'],
    ['/tmp/x', 'FILE:/tmp/x'],
    ['/tmp/x:y', 'FILE:/tmp/x:y'],
    ['relative', 'FILE:relative'],
    ['c:/x', 'FILE:c:/x'],
    ['DIR:/tmp/x', 'DIR:/tmp/x'],
    ['DIR::/tmp/x/tktA', 'FILE:/tmp/x/tktA'],
    ['KCM:', 'KCM:'],
    ['KCM:0:1234', 'KCM:0:1234'],
  ])('finds %s', (name, fullName) => {
    expect(locateCcache(name).name).toBe(fullName);
  });

  it.each([
    ['KEYRING:persistent:0', 'cannot be read here', SYSTEM_LIBRARY_READS_IT],
    ['API:x', 'cannot be read here', SYSTEM_LIBRARY_READS_IT],
    ['MSLSA:', 'cannot be read here', SYSTEM_LIBRARY_READS_IT],
    [':x', 'cannot be read here', undefined],
  ])('refuses %s and says what to do instead', (name, why, also) => {
    const type = name.split(':')[0] || '(none)';
    expect(() => locateCcache(name)).toThrow(
      expect.objectContaining({
        name: 'KRB5_CC_UNKNOWN_TYPE',
        message:
          `the credential cache ${name} is of type ${type}, which ${why}: ` +
          'run kinit -c FILE:/path and set KRB5CCNAME=FILE:/path, or give keytab' +
          (also === undefined ? '' : `; ${also}`),
      }),
    );
  });

  it('finds nothing in MEMORY, and says what to do instead', async () => {
    await expect(locateCcache('MEMORY:x').read()).rejects.toMatchObject({
      name: 'KRB5_FCC_NOFILE',
      message:
        'no credentials: the cache MEMORY:x is in the memory of the program that made it: ' +
        'run kinit -c FILE:/path and set KRB5CCNAME=FILE:/path, or give keytab',
    });
  });

  it.each(['', 'FILE:', 'DIR:', 'KCM:a\0b', 'DIR::', 'DIR::tkt', 'DIR::/tmp/x/other'])(
    'refuses "%s"',
    (name) => {
      expect(() => locateCcache(name)).toThrow(
        expect.objectContaining({ name: 'KRB5_CC_BADNAME' }),
      );
    },
  );
});
