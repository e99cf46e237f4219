/** remctl.conf, beside the real remctld. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../../tools/property-runs.mjs';
import { prepareCommands } from '../../src/commands/prepare-commands.js';
import { RemctlConfError, readRemctlConf } from '../../src/index.js';

let folder: string;
let conf: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-conf-'));
  conf = join(folder, 'remctl.conf');
  mkdirSync(join(folder, 'parts/sub'), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** `@` stands for the folder. Texts are one character for each byte. */
const write = (name: string, content: string) =>
  writeFileSync(join(folder, name), content.replaceAll('@/', `${folder}/`), 'latin1');

const LINE = 'a b /bin/true ANYUSER\n';

beforeEach(() => {
  write('good', 'inner ALL /bin/true ANYUSER\n');
  write('good-too', 'deeper ALL /bin/true ANYUSER\n');
  write('bad', 'a b\n');
  write('self', 'include @/self\n');
  write('chain', 'include @/good\ninclude @/good-too\n');
  write('parts/one', 'one ALL /bin/true ANYUSER\n');
  write('parts/TWO_2-b', 'two ALL /bin/true ANYUSER\n');
  write('parts/three.conf', 'nonsense\n');
  write('parts/four~', 'nonsense\n');
  write('parts/sub/five', 'nonsense\n');
});

/** Returns whether the real remctld takes a configuration. As for inetd, it reads it, and finds no client. */
async function remctldTakes(): Promise<boolean> {
  const remctld = spawn('remctld', ['-S', '-f', conf], { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors = await text(remctld.stderr);
  expect(errors).toMatch(/cannot read configuration file|cannot get peer address/);
  return !errors.includes('cannot read configuration file');
}

async function weTake(): Promise<boolean> {
  try {
    await readRemctlConf(conf);
    return true;
  } catch (error) {
    if (error instanceof RemctlConfError) {
      return false;
    }
    throw error;
  }
}

describe('a file', () => {
  it.each<[string, string, object[]]>([
    ['that is empty', '', []],
    ['of comments', '# x\n\n \t\n  # y\n', []],
    [
      'with every option',
      'a b /bin/true help=h logmask=1,3 stdin=last sudo=#12 summary=s user=root ANYUSER\n',
      [
        {
          command: 'a',
          subcommand: 'b',
          program: '/bin/true',
          help: 'h',
          logmask: [1, 3],
          stdin: 'last',
          sudo: '#12',
          summary: 's',
          user: 'root',
          access: ['ANYUSER'],
        },
      ],
    ],
    [
      'with tabs, spaces and a continuation',
      ' a \t b\t\\\n/bin/\\\ntrue \\\n\\\n  stdin=2  ANYUSER\t\n',
      [{ command: 'a', subcommand: 'b', program: '/bin/true', stdin: 2, access: ['ANYUSER'] }],
    ],
    ['with a comment that goes on', `# x \\\n${LINE}`, []],
    [
      'with rules',
      'a b /bin/true /acl princ:x@Y deny:z acl/file regex:^a=b$ file:rel /x=y x_y=z\n',
      [
        {
          access: [
            'file:/acl',
            'princ:x@Y',
            'deny:z',
            'file:acl/file',
            'regex:^a=b$',
            'file:rel',
            'file:/x=y',
            'file:x_y=z',
          ],
        },
      ],
    ],
    ['with an option twice', 'a b /bin/true stdin=2 stdin=3 ANYUSER\n', [{ stdin: 3 }]],
    ['with numbers of C', 'a b /bin/true logmask=+1,02 ANYUSER\n', [{ logmask: [1, 2] }]],
    [
      'with an option after a rule',
      'a b /bin/true ANYUSER help=x\n',
      [{ access: ['ANYUSER', 'file:help=x'] }],
    ],
    ['that includes', `include @/good\n${LINE}`, [{ command: 'inner' }, { command: 'a' }]],
    ['that includes a chain', 'include @/chain\n', [{ command: 'inner' }, { command: 'deeper' }]],
    [
      'that includes a file twice',
      'include @/good\ninclude @/good\n',
      [{ command: 'inner' }, { command: 'inner' }],
    ],
    ['that includes a folder', 'include @/parts\n', [{ command: 'two' }, { command: 'one' }]],
    [
      'with a command of the name include',
      'include a /bin/true ANYUSER\n',
      [{ command: 'include' }],
    ],
    ['with a comment that is not UTF-8', `# M\xfcller\n${LINE}`, [{ command: 'a' }]],
    ['with a name in UTF-8', 'm\xc3\xbcller b /bin/true ANYUSER\n', [{ command: 'müller' }]],
  ])('%s is taken, as remctld takes it', async (_what, content, commands) => {
    write('remctl.conf', content);
    expect(await readRemctlConf(conf)).toMatchObject(commands);
    expect(await remctldTakes()).toBe(true);
  });

  it.each([
    ['of three words', `${LINE}a b /bin/true\n`, ':2: the line has 3 words'],
    [
      'of options alone',
      'a b /bin/true help=x\n',
      ':1: the line says nobody who may run the command',
    ],
    [
      'with an unknown option',
      'a b /bin/true unknown=yes ANYUSER\n',
      ':1: there is no option unknown',
    ],
    ['with a mask of 0', 'a b /bin/true logmask=0 ANYUSER\n', ':1: logmask=0 holds "0"'],
    [
      'with a mask of letters',
      'a b /bin/true logmask=1foo ANYUSER\n',
      ':1: logmask=1foo holds "1foo"',
    ],
    ['with a mask below 0', 'a b /bin/true logmask=-1 ANYUSER\n', ':1: logmask=-1 holds "-1"'],
    ['with an empty mask', 'a b /bin/true logmask=1,,2 ANYUSER\n', ':1: logmask=1,,2 holds ""'],
    ['with a wrong stdin', 'a b /bin/true stdin=first ANYUSER\n', ':1: stdin=first holds "first"'],
    [
      'with a missing include',
      `${LINE}\ninclude @/nothing\n`,
      ':3: @/nothing cannot be included: ENOENT: check its path and mode',
    ],
    ['that includes itself', 'include @/remctl.conf\n', ':1: @/remctl.conf includes itself'],
    ['whose include includes itself', 'include @/self\n', '@/self:1: @/self includes itself'],
    ['whose include is wrong', 'include @/bad\n', '@/bad:1: the line has 2 words'],
    ['with two includes in a line', 'include @/good @/good\n', ':1: the line has 3 words'],
    ['without a newline at its end', LINE.trimEnd(), ':1: the last line has no newline'],
    ['that ends in a continuation', `${LINE}# x \\\n`, ':2: the line ends in a backslash'],
    ['with a backslash alone', '\\\n', ':1: the line has 1 words'],
  ])('%s is refused, as remctld refuses it', async (_what, content, message) => {
    write('remctl.conf', content);
    const expected = message.startsWith(':') ? conf + message : message;
    await expect(readRemctlConf(conf)).rejects.toThrow(expected.replaceAll('@/', `${folder}/`));
    await expect(readRemctlConf(conf)).rejects.toThrow(RemctlConfError);
    expect(await remctldTakes()).toBe(false);
  });

  /** remctld finds these only when a client comes, or never. */
  it.each([
    [
      'with an unknown method',
      `${LINE}a b /bin/true foo:bar\n`,
      ':2: the rule foo:bar: there is no method foo',
    ],
    [
      'with an unsupported method',
      'a b /bin/true localgroup:x\n',
      ':1: the rule localgroup:x: the method',
    ],
    ['with a wrong regular expression', 'a b /bin/true regex:(\n', ':1: the rule regex:(:'],
    ['with carriage returns', 'a b /bin/true ANYUSER\r\n', ':1: the line has a carriage return'],
    ['with a line that is not UTF-8', 'm\xfc b /bin/true ANYUSER\n', ':1: the line is not UTF-8'],
    ['with one letter behind its last line', `${LINE}x`, ':2: the last line has no newline'],
  ])('%s is refused, although remctld takes it', async (_what, content, message) => {
    write('remctl.conf', content);
    await expect(readRemctlConf(conf)).rejects.toThrow(conf + message);
    expect(await remctldTakes()).toBe(true);
  });

  it.each([
    ['with a NUL byte', `${LINE}a\0b c /bin/true ANYUSER\n`, ':2: the line has a NUL byte'],
    ['in a ring', 'include @/ring\n', 'includes itself'],
    ['of a thousand includes', 'include @/good\n'.repeat(1_001), ':1000: more than 1000 files'],
  ])('%s is refused; remctld has no certain answer', async (_what, content, message) => {
    write('remctl.conf', content);
    write('ring', 'include @/remctl.conf\n');
    await expect(readRemctlConf(conf)).rejects.toThrow(message);
  });

  it('that is missing is an error without a line', async () => {
    const file = join(folder, 'nothing');
    const error = await readRemctlConf(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RemctlConfError);
    expect(error).toMatchObject({
      file,
      line: undefined,
      message: `${file}: the file cannot be read: ENOENT: check its path and mode`,
    });
  });

  it.each<[unknown, string]>([
    [undefined, 'file must be a string, not undefined'],
    ['', 'file must not be empty'],
    ['a\0', 'a text with a NUL'],
  ])('cannot be %j', async (file, message) => {
    await expect(readRemctlConf(file as string)).rejects.toThrow(message);
  });

  it('of any words is taken or refused as by remctld', async () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        'b',
        ' ',
        '\t',
        ' ',
        '\n',
        '\n',
        '\\\n',
        '\\',
        '#',
        'include ',
        'include @/good\n',
        '=',
        LINE,
      ],
      ...[
        '/bin/true ',
        'ANYUSER ',
        'help=x ',
        'help= ',
        'logmask=1,2 ',
        'logmask=0 ',
        'stdin=last ',
      ],
      ...['stdin=x ', 'x=1 ', 'a-b=c ', '-b=c ', ' princ:a ', 'c d /x ', 'c d /x acl\n', '@/good '],
    );
    const content = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(content, async (lines) => {
        write('remctl.conf', lines);
        // remctld passes over a last line of one letter without a newline.
        fc.pre(!/(^|\n)[^\n]$/.test(lines));
        expect(await weTake()).toBe(await remctldTakes());
      }),
      runs(300),
    );
  });

  it('of any bytes is taken, or refused with a RemctlConfError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        writeFileSync(conf, bytes);
        await weTake();
      }),
    );
  });
});

describe("a file's commands", () => {
  it.each([
    ['a missing program', 'a b /no/such ANYUSER', 'program /no/such of the command "a b"'],
    ['a relative program', 'a b bin/true ANYUSER', 'must be an absolute path'],
    ['a missing ACL file', 'a b /bin/true acl/nothing', 'the ACL file acl/nothing cannot be read'],
    [
      'a missing user',
      'a b /bin/true user=nobody-here ANYUSER',
      /no user "nobody-here"|runs as root/,
    ],
  ])(
    'are refused with file and line before the server listens: %s',
    async (_what, line, message) => {
      write('remctl.conf', `# x\n${line}\n`);
      const commands = await readRemctlConf(conf);
      const preparing = prepareCommands({ commands, log: () => undefined, keytab: '/x' });
      await expect(preparing).rejects.toThrow(message);
      await expect(preparing).rejects.toThrow(`${conf}:2`);
    },
  );
});
