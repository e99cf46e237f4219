/** Rules that are wrong, and functions of the principal. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AclError, parseAclEntry } from '../../src/access/acl-entry.js';
import { aclLines } from '../../src/access/acl-lines.js';
import { prepareAccess } from '../../src/access/prepare-access.js';
import type { Access } from '../../src/commands/command.js';
import type { LogRecord } from '../../src/log/record.js';

const ALICE = 'alice@REMCTL.TEST';
const ANONYMOUS = 'WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS';

let folder: string;
let records: LogRecord[];
let failures: unknown[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-acl-'));
  records = [];
  failures = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(at(name), text, 'latin1');
const prepare = (access: Access) =>
  prepareAccess(access, 'the command "test"', (record) => void records.push(record));

async function permits(access: Access, principal: string): Promise<boolean> {
  const permit = await prepare(access);
  return permit(principal, (...failure) => void failures.push(failure));
}

describe('an empty list', () => {
  it('lets nobody in', async () => {
    expect(await permits([], ALICE)).toBe(false);
  });
});

describe('an anonymous client', () => {
  it.each([
    ['ANYUSER', false],
    ['anyuser:auth', false],
    ['anyuser:anonymous', true],
    [`princ:${ANONYMOUS}`, true],
    ['deny:anyuser:auth', false],
  ])('with %s', async (rule, expected) => {
    expect(await permits([rule], ANONYMOUS)).toBe(expected);
  });
});

describe('a wrong rule', () => {
  it.each([
    [ALICE, TypeError, `write "princ:${ALICE}" for a principal, "file:${ALICE}" for an ACL file`],
    ['acl/admins', TypeError, '"file:acl/admins" for an ACL file'],
    ['localgroup:staff', AclError, 'the method localgroup is not supported'],
    ['pcre:^a', AclError, 'the method pcre is not supported'],
    ['gput:a', AclError, 'the method gput is not supported'],
    ['principal:a', AclError, 'there is no method principal'],
    ['anyuser:any', AclError, 'there is no anyuser:any'],
    ['regex:(', AclError, 'the regular expression ( cannot be used: a ( has no )'],
    ['deny:regex:*', AclError, 'the regular expression * cannot be used'],
    [`princ:${'a'.repeat(9_000)}`, AclError, 'it has 9006 characters'],
    [
      '/no/such/file',
      AclError,
      'the ACL file /no/such/file cannot be read: ENOENT: check its path and mode',
    ],
    [
      'deny:file:/no/such/file',
      AclError,
      'the ACL file /no/such/file cannot be read: ENOENT: check its path and mode',
    ],
  ])('%s is an error before the server listens', async (rule, errorClass, message) => {
    const preparing = prepare(['ANYUSER', rule]);
    await expect(preparing).rejects.toThrow(errorClass);
    await expect(preparing).rejects.toThrow(message);
    await expect(preparing).rejects.toThrow('the command "test"');
  });
});

describe('a wrong ACL file', () => {
  it.each([
    ['two words', `${ALICE}\nfoo bar\n`, ':2: it is neither one entry nor include and one entry'],
    ['an unknown method', `${ALICE}\n\nfoo:bar\n`, ':3: there is no method foo'],
    [
      'a missing file',
      'include /no/such\n',
      ':1: the ACL file /no/such cannot be read: ENOENT: check its path and mode',
    ],
    ['a NUL byte', `${ALICE}\0\n`, ':1: it has a NUL byte'],
    ['a name that is not UTF-8', 'm\xfcller@REMCTL.TEST\n', ':1: it is not UTF-8'],
    ['a line of 9,000 bytes', `${ALICE}\n${'#'.repeat(9_000)}`, ':2: it has more than 8189 bytes'],
  ])('with %s is an error with file and line', async (_what, text, message) => {
    write('acl', text);
    await expect(prepare([at('acl')])).rejects.toThrow(`${at('acl')}${message}`);
  });

  it('that includes itself by way of another is an error', async () => {
    write('one', `${ALICE}\ninclude ${at('two')}\n`);
    write('two', `include ${at('one')}\n`);
    await expect(prepare([at('one')])).rejects.toThrow(
      `${at('two')}:1: the ACL file ${at('one')} includes itself`,
    );
  });

  it('denies and is logged if it breaks while the server runs', async () => {
    write('acl', `${ALICE}\n`);
    const permit = await prepare([at('acl')]);
    const permitted = () => permit(ALICE, () => undefined);
    expect(await permitted()).toBe(true);
    rmSync(at('acl'));
    expect(await permitted()).toBe(false);
    expect(records).toMatchObject([
      {
        type: 'server',
        reason: `access to the command "test" is denied: the ACL file ${at('acl')} cannot be read: ENOENT: check its path and mode`,
      },
    ]);
    write('acl', `${ALICE}\n`);
    expect(await permitted()).toBe(true);
  });
});

describe('a function', () => {
  it.each<[string, Access, boolean]>([
    ['that returns true', (principal) => principal === ALICE, true],
    ['that returns false', () => false, false],
    ['that resolves to true', async () => true, true],
    ['that resolves to false', async () => false, false],
  ])('%s', async (_what, access, expected) => {
    expect(await permits(access, ALICE)).toBe(expected);
    expect(failures).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    [
      'that throws',
      () => {
        throw new Error('no directory');
      },
    ],
    ['that rejects', () => Promise.reject(new Error('no directory'))],
    ['that returns a text', () => 'yes'],
    ['that resolves to a number', async () => 1],
    ['that returns nothing', () => undefined],
  ])('%s denies and is logged', async (_what, access) => {
    expect(await permits(access as Access, ALICE)).toBe(false);
    expect(failures).toMatchObject([
      ['its access function threw an error, so access is denied', expect.any(Error)],
    ]);
  });
});

describe('the parsers', () => {
  it('take any bytes, and throw nothing but AclError', () => {
    const byte = fc.constantFrom(...'\n \t#:@/[(\\abinclude\0\xff');
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), (bytes) => {
        try {
          for (const { text, isInclude } of aclLines(
            'file',
            Buffer.from(bytes.join(''), 'latin1'),
          )) {
            parseAclEntry(text, isInclude ? 'file' : 'princ');
          }
        } catch (error) {
          expect(error).toBeInstanceOf(AclError);
        }
      }),
    );
  });
});
