/** Keytabs and caches with rubbish in them, read as libkrb5 reads them. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../../../tools/property-runs.mjs';
import { locateCcache } from '../../src/ccache/ccache-name.js';
import { decodeCcache } from '../../src/ccache/decode.js';
import { Krb5Error } from '../../src/errors.js';
import { decodeKeytab } from '../../src/keytab/decode.js';
import { formatPrincipal, parsePrincipal } from '../../src/principal.js';
import { encodeKeytab } from '../../src/testing/keytab-encoder.js';
import { useMitAnswers } from '../support/mit-answers.js';
import { configOf } from '../support/realm-files.js';
import { whoami } from '../support/remctl.js';
import { useTemporaryFiles } from '../support/temporary-files.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
const files = useTemporaryFiles();
const libkrb5 = useMitAnswers();

/** Bytes of the longest key of any encryption type: libkrb5's list leaves out longer ones. */
const LONGEST_KEY = 32;

/** Cuts a file, and appends something. */
const damage = fc.record({
  keep: fc.double({ min: 0.02, max: 1, noNaN: true }),
  rubbish: fc.oneof(
    fc.constant(Uint8Array.of(0x0a)),
    fc.constant(new Uint8Array()),
    fc.uint8Array({ maxLength: 80 }),
  ),
});

/** Damages `whole` in a thousand ways, and compares what is read with libkrb5's list. */
function compare(
  question: 'keytab' | 'ccache',
  whole: Uint8Array,
  read: (bytes: Uint8Array) => string[] | undefined,
): void {
  fc.assert(
    fc.property(fc.array(damage, { minLength: 20, maxLength: 20 }), (ways) => {
      const cases = ways.map(({ keep, rubbish }, at) => {
        const kept = whole.subarray(0, Math.round(keep * whole.length));
        const bytes = Buffer.concat([kept, rubbish]);
        return { bytes, path: files.write(`file-${at}`, bytes) };
      });
      const answers = libkrb5.ask(cases.map(({ path }) => [question, `FILE:${path}`] as const));
      expect(cases.map(({ bytes }) => read(bytes))).toEqual(answers);
    }),
    runs(25),
  );
}

function unlessRefused(read: () => string[]): string[] | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Krb5Error) {
      return undefined;
    }
    throw error;
  }
}

test('a damaged keytab has the same keys as with libkrb5', () => {
  compare('keytab', readFileSync(realm.keytabs.server), (bytes) =>
    unlessRefused(() =>
      decodeKeytab(bytes)
        .entries.filter(({ key }) => key.value.length <= LONGEST_KEY)
        .flatMap(({ principal, kvno, key }) => [
          formatPrincipal(principal),
          String(kvno),
          String(key.etype),
        ]),
    ),
  );
});

test('a key that its file does not hold whole is no key, also if libkrb5 lists it', () => {
  const whole = readFileSync(realm.keytabs.server);
  const [first] = decodeKeytab(whole).entries;
  const key = first?.key.value ?? expect.fail('no entry');
  const begin = whole.indexOf(key);
  const cut = Buffer.from(whole.subarray(0, begin + key.length));
  cut.writeUInt16BE(0x0820, begin - 2);
  expect(decodeKeytab(cut)).toMatchObject({ entries: [], damage: expect.stringMatching(/./) });
  expect(libkrb5.ask([['keytab', files.write('cut', cut)]])).toEqual([[]]);
});

test('a damaged cache has the same tickets as with libkrb5', () => {
  compare('ccache', readFileSync(realm.ccache.replace('FILE:', '')), (bytes) =>
    unlessRefused(() => {
      const { defaultPrincipal, credentials } = decodeCcache(bytes);
      return [defaultPrincipal, ...credentials.map(({ server }) => server)].map(formatPrincipal);
    }),
  );
});

test('a newline behind a keytab or a cache does no harm', async () => {
  const newline = Buffer.from('\n');
  const keytab = files.write('k', Buffer.concat([readFileSync(realm.keytabs.client), newline]));
  const cache = Buffer.concat([readFileSync(realm.ccache.replace('FILE:', '')), newline]);
  const ccache = `FILE:${files.write('c', cache)}`;
  const clientPrincipal = realm.principals.client;
  for (const credentials of [
    { type: 'keytab', keytab, clientPrincipal },
    { type: 'ccache', ccache },
  ] as const) {
    const options = { host: 'localhost', credentials, config: await configOf(realm) };
    expect(await whoami(realm.port, options)).toBe(clientPrincipal);
  }
  expect((await locateCcache(ccache).read()).ccache.damage).toMatch(/announced at offset/);
});

test('a keytab with a name that is not UTF-8 serves its other names', async () => {
  const { entries } = decodeKeytab(readFileSync(realm.keytabs.client));
  const [own] = entries;
  const latin1 = parsePrincipal(`jos\udce9@${realm.name}`);
  const other = { ...(own ?? expect.fail('no entry')), principal: latin1 };
  const keytab = files.write('k', encodeKeytab([other, ...entries]));
  const [names] = libkrb5.ask([['keytab', keytab]]);
  expect(names?.[0]).toBe(formatPrincipal(latin1));
  expect(decodeKeytab(readFileSync(keytab)).entries[0]?.principal).toEqual(latin1);
  const clientPrincipal = realm.principals.client;
  const credentials = { type: 'keytab', keytab, clientPrincipal } as const;
  const options = { host: 'localhost', credentials, config: await configOf(realm) };
  expect(await whoami(realm.port, options)).toBe(clientPrincipal);
});
