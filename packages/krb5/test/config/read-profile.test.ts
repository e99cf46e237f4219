/** The syntax of krb5.conf, beside MIT Kerberos's profile library. */
import { mkdirSync, symlinkSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../tools/property-runs.mjs';
import { Krb5ConfigError } from '../../src/config/config-error.js';
import {
  getDuration,
  getInteger,
  getLenient,
  getRelations,
  getSectionNames,
  getString,
  getStrings,
  parseBoolean,
} from '../../src/config/profile.js';
import { readProfile } from '../../src/config/read-profile.js';
import { useMitAnswers } from '../support/mit-answers.js';
import { asOrdinaryUser } from '../support/ordinary-user.js';
import { useTemporaryFiles } from '../support/temporary-files.js';

const files = useTemporaryFiles();

/** Writes these contents to files, and reads the files in this order. */
function read(...contents: string[]) {
  const paths = contents.map((content, at) => files.write(`${at}.conf`, content));
  return readProfile({ KRB5_CONFIG: paths.join(':') });
}

function lines(...text: string[]): string {
  return text.map((line) => `${line}\n`).join('');
}

describe('sections and relations', () => {
  it('reads nested braces, comments and repeated relations', async () => {
    const profile = await read(
      lines(
        'before the first header anything is ignored',
        '[libdefaults]',
        '# a comment',
        '  ; another',
        '\tdefault_realm = EXAMPLE.ORG  ',
        '[realms]',
        'EXAMPLE.ORG = {',
        '  kdc = kdc1.example.org',
        '  kdc = kdc2.example.org:750',
        '  inner =',
        '  {',
        '    deep = yes',
        '  }',
        '}',
        'OTHER.ORG = {',
        '}',
      ),
    );
    expect(getString(profile, ['libdefaults', 'default_realm'])).toBe('EXAMPLE.ORG');
    expect(getStrings(profile, ['realms', 'EXAMPLE.ORG', 'kdc'])).toEqual([
      'kdc1.example.org',
      'kdc2.example.org:750',
    ]);
    expect(getString(profile, ['realms', 'EXAMPLE.ORG', 'inner', 'deep'])).toBe('yes');
    expect(getSectionNames(profile, ['realms'])).toEqual(['EXAMPLE.ORG', 'OTHER.ORG']);
    expect(getString(profile, ['libdefaults', 'absent'])).toBeUndefined();
    expect(getRelations(profile, ['realms', 'EXAMPLE.ORG', 'kdc'])[1]).toMatchObject({
      file: files.path('0.conf'),
      line: 9,
    });
  });

  it('joins the parts of a section', async () => {
    const profile = await read(
      lines('[a]', 's = {', 'x = 1', '}', '[b]', '[a]', 's = {', 'x = 2', '}'),
    );
    expect(getStrings(profile, ['a', 's', 'x'])).toEqual(['1', '2']);
  });

  it('reads quoted values', async () => {
    const profile = await read(
      lines('[a]', 'x = "  a \\"b\\" \\\\ \\n\\t\\b\\c  " ignored', 'y = ""', 'z = "no end'),
    );
    expect(getString(profile, ['a', 'x'])).toBe('  a "b" \\ \n\t\bc  ');
    expect(getString(profile, ['a', 'y'])).toBe('');
    expect(getString(profile, ['a', 'z'])).toBe('no end');
  });

  it('reads a quoted brace as a value', async () => {
    const profile = await read(lines('[a]', 'x = "{"', 'y = 1'));
    expect(getString(profile, ['a', 'x'])).toBe('{');
    expect(getString(profile, ['a', 'y'])).toBe('1');
  });

  it('reads files with carriage returns', async () => {
    const profile = await read('[a]\r\nx = 1\r\ns = {\r\ny = 2\r\n}\r\n');
    expect(getString(profile, ['a', 'x'])).toBe('1');
    expect(getString(profile, ['a', 's', 'y'])).toBe('2');
  });

  it.each([
    ['[a', 1, /expected \[section\]/],
    ['[a] b', 1, /expected \[section\]/],
    ['[a]\nx', 2, /expected name = value/],
    ['[a]\n= x', 2, /expected name = value/],
    ['[a]\nx y = z', 2, /expected name = value/],
    ['[a]\n}', 2, /a } without its {/],
    ['[a]\nx = {\n[b]', 3, /before a } has closed/],
    ['[a]\nx =\ny = 1', 3, /expected {/],
    [`[a]\n${'x = {\n'.repeat(40)}`, 34, /more than 32 sections/],
  ])('gives the file and line of the error in %j', async (text, line, message) => {
    const error: unknown = await read(text).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Krb5ConfigError);
    expect(error).toMatchObject({
      name: 'KRB5_CONFIG_BADFORMAT',
      position: { file: files.path('0.conf'), line },
      message: expect.stringMatching(message),
    });
    expect(String(error)).toContain(`${files.path('0.conf')}:${line}: `);
  });
});

describe('values', () => {
  it.each([
    ['y', true],
    ['Yes', true],
    ['TRUE', true],
    ['t', true],
    ['1', true],
    ['on', true],
    ['n', false],
    ['no', false],
    ['False', false],
    ['nil', false],
    ['0', false],
    ['off', false],
  ])('reads %s as true or false', async (text, value) => {
    expect(getLenient(await read(`[a]\nx = ${text}\n`), ['a', 'x'], parseBoolean, undefined)).toBe(
      value,
    );
  });

  it('gives the file and line of a value of the wrong type', async () => {
    const profile = await read('[a]\nx = perhaps\n');
    const where = `${files.path('0.conf')}:2: x = perhaps: expected `;
    expect(() => getInteger(profile, ['a', 'x'])).toThrow(`${where}a whole number`);
    expect(() => getDuration(profile, ['a', 'x'])).toThrow(`${where}a duration`);
  });

  it('refuses numbers beyond 32 bits', async () => {
    const profile = await read('[a]\nx = -2147483648\ny = 2147483648\n');
    expect(getInteger(profile, ['a', 'x'])).toBe(-2_147_483_648);
    expect(() => getInteger(profile, ['a', 'y'])).toThrow(/expected a whole number/);
  });
});

describe('several files', () => {
  it('several files give the value of the first file, and the lists of all', async () => {
    const profile = await read('[a]\nx = 1\n', '[a]\nx = 2\ny = 3\n');
    expect(getString(profile, ['a', 'x'])).toBe('1');
    expect(getString(profile, ['a', 'y'])).toBe('3');
    expect(getStrings(profile, ['a', 'x'])).toEqual(['1', '2']);
  });

  it('later files add nothing to a final section', async () => {
    const profile = await read(
      lines('[a]*', 'x = 1', '[b]', 's* = {', 'x = 1', '}', 't = {', 'x = 1', '}*'),
      lines('[a]', 'x = 2', 'y = 2', '[b]', 's = {', 'x = 2', '}', 't = {', 'x = 2', '}'),
    );
    expect(getStrings(profile, ['a', 'x'])).toEqual(['1']);
    expect(getStrings(profile, ['a', 'y'])).toEqual([]);
    expect(getStrings(profile, ['b', 's', 'x'])).toEqual(['1']);
    expect(getStrings(profile, ['b', 't', 'x'])).toEqual(['1']);
  });

  it('files that do not exist are skipped, even if no file is left', async () => {
    const absent = files.path('absent');
    const present = files.write('present', '[a]\nx = 1\n');
    const profile = await readProfile({ KRB5_CONFIG: `${absent}:${present}` });
    expect(getString(profile, ['a', 'x'])).toBe('1');
    expect(profile.missing).toEqual([absent]);
    expect(await readProfile({ KRB5_CONFIG: absent })).toEqual({ files: [], missing: [absent] });
  });

  it('a directory stands for its files', async () => {
    files.write('conf.d/one', '[a]\nx = 1\n');
    const profile = await readProfile({ KRB5_CONFIG: files.path('conf.d') });
    expect(getString(profile, ['a', 'x'])).toBe('1');
  });

  it('a path may begin with ~/, the home directory', async () => {
    files.write('krb5.conf', '[a]\nx = 1\n');
    const profile = await readProfile({ KRB5_CONFIG: '~/krb5.conf', HOME: files.path('') });
    expect(getString(profile, ['a', 'x'])).toBe('1');
  });

  it('the default without KRB5_CONFIG is /etc/krb5.conf', async () => {
    const { files: found, missing } = await readProfile({});
    expect([...found.map(({ path }) => path), ...missing]).toEqual(['/etc/krb5.conf']);
  });
});

describe('include and includedir', () => {
  it('an included file is read without the section around the line', async () => {
    const other = files.write('other', '[a]\nx = 2\n');
    const profile = await read(lines('[a]', 'x = 1', `include ${other}`, 'x = 3'));
    expect(getStrings(profile, ['a', 'x'])).toEqual(['1', '2', '3']);
    expect(getRelations(profile, ['a', 'x'])[1]).toMatchObject({ file: other, line: 2 });
  });

  it('the files of an included directory are read in the order of their names', async () => {
    const names = [
      'b',
      'a-1_B',
      'z.conf',
      'c.d.conf',
      '.hidden.conf',
      '.conf',
      'x~',
      'y.rpmsave',
      'é',
    ];
    for (const name of names) {
      files.write(`conf.d/${name}`, `[a]\nx = ${name}\n`);
    }
    mkdirSync(files.path('conf.d/folder'));
    const profile = await read(lines(`includedir ${files.path('conf.d')}`));
    expect(getStrings(profile, ['a', 'x'])).toEqual(['a-1_B', 'b', 'c.d.conf', 'z.conf']);
  });

  it('a module line is ignored', async () => {
    const profile = await read(lines('module /lib/x.so:RESIDUAL', '[a]', 'x = 1'));
    expect(getString(profile, ['a', 'x'])).toBe('1');
  });

  it.each(['include', 'includedir'])(
    'an %s that fails is an error with its line',
    async (directive) => {
      await expect(
        read(lines('[a]', `${directive} ${files.path('absent')}`)),
      ).rejects.toMatchObject({
        position: { file: files.path('0.conf'), line: 2 },
        message: expect.stringContaining(`cannot ${directive} ${files.path('absent')}: ENOENT`),
      });
    },
  );

  it('files that include each other are refused', async () => {
    const other = files.path('other');
    symlinkSync(other, files.path('link'));
    files.write('other', lines(`include ${files.path('0.conf')}`));
    await expect(read(lines(`include ${files.path('link')}`))).rejects.toThrow(
      `${files.path('0.conf')}: this file includes itself`,
    );
  });

  it('more than 256 included files are refused', async () => {
    files.write('8', '');
    for (let at = 7; at >= 0; at--) {
      const include = `include ${files.path(String(at + 1))}`;
      files.write(String(at), lines(include, include, include));
    }
    await expect(readProfile({ KRB5_CONFIG: files.path('0') })).rejects.toThrow(
      /more than 256 files/,
    );
  });

  it('a section is empty if the file ends before or at its brace, as for libkrb5', async () => {
    for (const end of ['s =', 's =\n', 's =\n{\n']) {
      const path = files.write('open', `[a]\nx = 6\n${end}`);
      const profile = await readProfile({ KRB5_CONFIG: path });
      expect(getStrings(profile, ['a', 'x'])).toEqual(['6']);
    }
    const path = files.write('open', '[a]\nx = 6\ns =\n\n');
    await expect(readProfile({ KRB5_CONFIG: path })).rejects.toThrow(/expected \{/);
  });

  it('a file without an end is refused', async () => {
    const huge = files.huge('huge', 2 ** 40);
    await expect(readProfile({ KRB5_CONFIG: huge })).rejects.toThrow(
      `${huge}: larger than 1048576 bytes`,
    );
    await expect(readProfile({ KRB5_CONFIG: '/dev/zero' })).rejects.toThrow(
      '/dev/zero is not a regular file',
    );
  });
});

describe('a file that this user may not read', () => {
  it('is an error, unless another file can be read', async () => {
    const secret = files.secret('secret', '[a]\nx = 1\n');
    const other = files.write('other', '[a]\nx = 2\n');
    await asOrdinaryUser(async () => {
      await expect(readProfile({ KRB5_CONFIG: secret })).rejects.toThrow(
        `${secret}: cannot be read: EACCES`,
      );
      const profile = await readProfile({ KRB5_CONFIG: `${secret}:${other}` });
      expect(getString(profile, ['a', 'x'])).toBe('2');
    });
  });
});

describe('readProfile and libkrb5', () => {
  const mit = useMitAnswers();

  const PATHS: readonly (readonly [string, ...string[]])[] = [
    ['a', 'x'],
    ['a', 'y'],
    ['a', 's', 'x'],
    ['a', 's', 't', 'x'],
    ['b', 'x'],
    ['b', 's', 'x'],
    [' b', 'x'],
  ];
  const line = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom('x = 1', 'x = 2', 'y=3 ', ' x\t=  4 5', 'x = "q\\"" r', 'x = "{"'),
    },
    { weight: 3, arbitrary: fc.constantFrom('[a]', '[b]', '[a]*', '[ b]', '[a] ') },
    {
      weight: 3,
      arbitrary: fc.constantFrom('s = {', 's* = {', 't = { ', 's =', '{', 's={', 'x* = 6'),
    },
    { weight: 4, arbitrary: fc.constantFrom('}', ' }', '}*', '} y') },
    { weight: 1, arbitrary: fc.constantFrom('', '# x = 9', ' ; }', 'x = { y = 1 }', 'x = 7 # 8') },
    {
      weight: 1,
      arbitrary: fc.string({ unit: fc.constantFrom(...'xas =*{}[]"\\#;\r\t'), maxLength: 6 }),
    },
  );
  const text = fc.array(line, { maxLength: 14 }).map((each) => ['[a]', ...each].join('\n'));

  it('read any text alike', async () => {
    const samples = fc.sample(fc.array(text, { minLength: 1, maxLength: 3 }), 700);
    const lists = samples.map((contents, sample) =>
      contents.map((content, at) => files.write(`${sample}-${at}`, content)).join(':'),
    );
    const answers = mit.ask(
      lists.flatMap((list) => PATHS.map((path) => ['profile', list, ...path] as const)),
    );
    let good = 0;
    for (const [sample, list] of lists.entries()) {
      const profile = await readProfile({ KRB5_CONFIG: list }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Krb5ConfigError);
        return undefined;
      });
      const ours = PATHS.map((path) => profile && getStrings(profile, path));
      const theirs = answers.slice(sample * PATHS.length, (sample + 1) * PATHS.length);
      expect([samples[sample], ours]).toEqual([samples[sample], theirs]);
      good += profile === undefined ? 0 : 1;
    }
    expect(good).toBeGreaterThan(50);
  });
});

describe('a profile that is written', () => {
  const word = fc.string({
    unit: fc.constantFrom(...'abzABZ019._-/@é'),
    minLength: 1,
    maxLength: 10,
  });
  // A line can hold any character but a line feed and NUL, also a carriage return.
  const value = fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .filter((text) => !/[\0\n]/.test(text) && text.isWellFormed());
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  const relations = fc.array(fc.tuple(word, value), { maxLength: 6 });
  const sections = fc.uniqueArray(fc.tuple(word, relations), {
    selector: ([name]) => name,
    maxLength: 4,
  });

  it('is read with the same values', async () => {
    await fc.assert(
      fc.asyncProperty(sections, async (list) => {
        const text = list.flatMap(([name, members]) => [
          `[${name}]`,
          ...members.map(([tag, content]) => `  ${tag} = ${quoted(content)}`),
          ' inner = {',
          ...members.map(([tag, content]) => `  ${tag} = ${quoted(content)} ignored`),
          ' }',
        ]);
        const profile = await read(lines(...text));
        for (const [name, members] of list) {
          for (const [tag] of members) {
            const expected = members.filter(([each]) => each === tag).map(([, each]) => each);
            expect(getStrings(profile, [name, tag])).toEqual(expected);
            expect(getStrings(profile, [name, 'inner', tag])).toEqual(expected);
          }
        }
      }),
    );
  });
});

describe('arbitrary bytes', () => {
  it.each([
    ['white space before a value’s last word', (run: string) => `x = a${run}b`],
    ['white space inside a name', (run: string) => `x${run}y = b`],
    ['a quoted value', (run: string) => `x = "${run.replaceAll(' ', 'a')}"`],
    ['a quoted value of escapes', (run: string) => `x = "${run.replaceAll(' ', '\\\\')}"`],
    ['carriage returns in an include', (run: string) => `include ${run.replaceAll(' ', '\r')}x`],
    ['a header', (run: string) => `[${run}`],
    ['a duration', (run: string) => `x = "${run}"`],
  ])('long lines are read within a test’s time-out: %s', async (_, line) => {
    const profile = await read(`[a]\n${line(' '.repeat(400_000))}\n`).catch((error: unknown) => {
      expect(error).toBeInstanceOf(Krb5ConfigError);
      return undefined;
    });
    try {
      expect(profile && getDuration(profile, ['a', 'x'])).toBeUndefined();
    } catch (error) {
      expect(error).toBeInstanceOf(Krb5ConfigError);
    }
  });

  it('more than 4194304 bytes in all files together are refused', async () => {
    const filler = `#${' '.repeat(1023)}\n`.repeat(1000);
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      files.write(`conf.d/${name}`, filler);
    }
    await expect(read(lines(`includedir ${files.path('conf.d')}`))).rejects.toThrow(
      /more than 4194304 bytes in all files/,
    );
  });

  it('arbitrary bytes give a profile or a Krb5ConfigError', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .string({ unit: fc.constantFrom(...'[]{}=*"\\ax\n\r\0include '), maxLength: 200 })
        .map((each) => Buffer.from(`[${each}`)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        const path = files.write('bytes', content);
        await readProfile({ KRB5_CONFIG: path }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(Krb5ConfigError);
        });
      }),
      runs(300),
    );
  });
});
