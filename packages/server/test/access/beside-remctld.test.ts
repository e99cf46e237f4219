/** Access rules give the results of the real remctld. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ErrorCode } from '@remctl/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareAccess } from '../../src/access/prepare-access.js';
import type { Permit } from '../../src/commands/prepared-command.js';
import { connectReal, type RealRemctld } from '../support/real-remctld.js';
import { useRealm } from '../support/use-realm.js';

const realm = useRealm();
let real: RealRemctld;
let realAsMallory: RealRemctld;

const ALICE = 'alice@REMCTL.TEST';
const MALLORY = 'mallory@REMCTL.TEST';

/** The ACL files, by name. `@` stands for their folder. */
const FILES: Readonly<Record<string, string>> = {
  empty: '',
  alice: `${ALICE}\n`,
  'no-newline': ALICE,
  comments: `# ${ALICE}\n\n   \n\t# x\n  ${MALLORY} \t\r\n`,
  'comment-not-utf8': `# M\xfcller\n${ALICE}\n`,
  princ: `princ:${ALICE}\n`,
  deny: `deny:${ALICE}\nANYUSER\n`,
  'deny-princ': `deny:princ:${ALICE}\nanyuser:auth\n`,
  'deny-deny': `deny:deny:${ALICE}\n${ALICE}\n`,
  include: 'include @/alice\n',
  'include-princ': `include princ:${ALICE}\n`,
  'include-deny': `include deny:princ:${ALICE}\ninclude ANYUSER\n`,
  'include-tabs': `\tinclude \t @/alice\n`,
  'include-tab-only': `include\t@/alice\n${MALLORY}\n`,
  'include-alone': `include\n${ALICE}\n`,
  file: 'file:@/alice\n',
  'file-folder': 'file:@/folder\n',
  'path-alone': '@/alice\n',
  regex: 'regex:^al[[:alpha:]]+@REMCTL\\.TEST$\n',
  'deny-regex': 'deny:regex:^m\nANYUSER\n',
  'bad-regex': `regex:*a\n${ALICE}\n`,
  'bad-below': `${ALICE}\nnonsense here\n`,
  'bad-above': `nonsense here\n${ALICE}\n`,
  'three-words': `include a b\n${ALICE}\n`,
  'bad-method': `ihateyou:verymuch\n${ALICE}\n`,
  'method-in-capitals': `PRINC:${ALICE}\n${ALICE}\n`,
  'bad-anyuser': `anyuser:some\n${ALICE}\n`,
  missing: `include @/nothing\n${ALICE}\n`,
  recursive: `include @/recursive\n${ALICE}\n`,
  'recursive-below': `${ALICE}\ninclude @/recursive-below\n`,
  'deny-file': 'deny:file:@/alice\nANYUSER\n',
  'deny-file-deny': 'deny:file:@/deny\nANYUSER\n',
  'deny-missing': 'deny:file:@/nothing\nANYUSER\n',
  'line-8189': `${'#'.repeat(8_189)}\n${ALICE}\n`,
  'line-8190': `${'#'.repeat(8_190)}\n${ALICE}\n`,
  'line-8191': `${'#'.repeat(8_191)}\n${ALICE}\n`,
  'folder/plain': `${ALICE}\n`,
  'folder/with.period': `deny:${ALICE}\n`,
  'folder/with~tilde': `deny:${ALICE}\n`,
  'folder/sub/deny': `deny:${ALICE}\n`,
  'denying/a-match': `${ALICE}\n`,
  'denying/b-deny': `deny:${ALICE}\n`,
  'broken/a-match': `${ALICE}\n`,
  'broken/b-bad': 'nonsense here\n',
  'capitals/UPPER_09-x': `${ALICE}\n`,
};

/** The entries of one line of remctl.conf. */
const RULES: readonly (readonly string[])[] = [
  ['ANYUSER'],
  ['anyuser:auth'],
  ['anyuser:anonymous'],
  ['anyuser:some', 'ANYUSER'],
  ['ANYUSER:'],
  ['anyuser'],
  [`princ:${ALICE}`],
  ['princ:alice'],
  [`princ:${MALLORY}`, `princ:${ALICE}`],
  [`deny:princ:${ALICE}`, 'ANYUSER'],
  [`deny:${ALICE}`, 'ANYUSER'],
  ['ANYUSER', `deny:${ALICE}`],
  [`deny:deny:${ALICE}`, 'ANYUSER'],
  [`deny:deny:${ALICE}`],
  [`deny:deny:deny:${ALICE}`, 'ANYUSER'],
  ['deny:ANYUSER', 'ANYUSER'],
  ['deny:ihateyou:x', 'ANYUSER'],
  ['ihateyou:x', 'ANYUSER'],
  ['gput:group', 'ANYUSER'],
  ['regex:^alice@', 'regex:^nobody'],
  ['regex:lice'],
  ['regex:(', 'ANYUSER'],
  ['deny:regex:^alice', 'ANYUSER'],
  ['princ:', 'ANYUSER'],
  ['deny:', 'ANYUSER'],
  ['file:', 'ANYUSER'],
  ['regex:', 'princ:nobody'],
  ...Object.keys(FILES)
    .filter((name) => !name.includes('/'))
    .flatMap((name) => [[`@/${name}`], [`deny:file:@/${name}`, 'ANYUSER']]),
  ...['folder', 'denying', 'broken', 'capitals', 'nothing', 'hard/../alice', 'link'].flatMap(
    (name) => [
      [`@/${name}`],
      [`file:@/${name}`, `princ:${MALLORY}`],
      [`deny:file:@/${name}`, 'ANYUSER'],
    ],
  ),
];

let folder: string;
const inFolder = (text: string) => text.replaceAll('@/', `${folder}/`);

function writeFiles(content: (text: string) => string): void {
  for (const [name, text] of Object.entries(FILES)) {
    writeFileSync(join(folder, name), content(text), 'latin1');
  }
}

/** What this package says of each rule: an error before the server listens, or a check. */
const permits: (Permit | undefined)[] = [];

beforeAll(async () => {
  realm.useHere();
  folder = join(realm.folder, 'acl');
  for (const name of ['folder/sub', 'denying', 'broken', 'capitals', 'hard']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  symlinkSync(join(folder, 'alice'), join(folder, 'link'));
  // Files that were good when the server started, and are what the test wants by now.
  writeFiles(() => '');
  for (const rules of RULES) {
    const preparing = prepareAccess(rules.map(inFolder), 'the command', () => undefined);
    permits.push(await preparing.catch(() => undefined));
  }
  writeFiles(inFolder);
  const config = RULES.map((rules, n) => `acl n${n} /bin/true ${rules.map(inFolder).join(' ')}\n`);
  const remctld = await realm.startRemctld({ config: config.join('') });
  real = await connectReal(realm, remctld);
  realAsMallory = await connectReal(realm, remctld, realm.otherCcache);
});

afterAll(async () => {
  await realAsMallory?.[Symbol.asyncDispose]();
  await real?.[Symbol.asyncDispose]();
});

describe('rules beside the real remctld', () => {
  it.each(RULES.map((rules, n) => [rules.join(' '), n] as const))('%s', async (_title, n) => {
    for (const [principal, remctld] of [
      [ALICE, real],
      [MALLORY, realAsMallory],
    ] as const) {
      const { error } = await remctld.run('acl', `n${n}`);
      expect([undefined, ErrorCode.ERROR_ACCESS]).toContain(error?.[0]);
      const permitted = (await permits[n]?.(principal, () => undefined)) ?? false;
      expect({ principal, permitted }).toEqual({ principal, permitted: error === undefined });
    }
  });
});
