/** A keytab that changes while a server uses it. */
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EncryptionKey, type Keytab, parsePrincipal } from '@remctl/krb5';
import { encodeKeytab } from '@remctl/krb5/testing';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openKeytabFile } from '../src/keytab-file.js';
import type { LogRecord } from '../src/log/record.js';

const AES256 = 18;
const KEY_LENGTH = 32;

let path = '';
let records: LogRecord[] = [];
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-keytab-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  path = join(folder, 'server.keytab');
  records = [];
});

/** The bytes of a keytab with these versions of one principal's key. */
function keytabOf(versions: readonly number[], principal = 'host/localhost@TEST'): Uint8Array {
  return encodeKeytab(
    versions.map((kvno) => ({
      principal: parsePrincipal(principal),
      timestamp: 0,
      kvno,
      key: new EncryptionKey(AES256, Buffer.alloc(KEY_LENGTH, kvno)),
    })),
  );
}

function versionsOf(keytab: Keytab): number[] {
  return keytab.entries.map(({ kvno }) => kvno);
}

function open(principal?: string) {
  return openKeytabFile(path, {
    principal: principal === undefined ? undefined : parsePrincipal(principal),
    log: (record) => records.push(record),
  });
}

test('new keys are used as soon as they are in the file', async () => {
  writeFileSync(path, keytabOf([1]));
  const file = await open();
  expect(file.path).toBe(path);
  for (let kvno = 2; kvno < 20; kvno += 1) {
    // The changes follow one another faster than the file system's clock, and have the same length.
    writeFileSync(path, keytabOf([kvno]));
    expect(versionsOf(await file.current())).toEqual([kvno]);
  }
  expect(records).toEqual([]);
});

test('a file that is put in its place is read, whatever its time', async () => {
  writeFileSync(path, keytabOf([1]));
  utimesSync(path, 1000, 1000);
  const file = await open();
  await file.current();
  writeFileSync(`${path}.new`, keytabOf([2]));
  utimesSync(`${path}.new`, 1000, 1000);
  renameSync(`${path}.new`, path);
  expect(versionsOf(await file.current())).toEqual([2]);
});

test.each([
  ['half-written', () => writeFileSync(path, keytabOf([2]).subarray(0, 40)), 'damaged'],
  ['empty', () => writeFileSync(path, ''), 'damaged'],
  ['without a key', () => writeFileSync(path, keytabOf([])), 'holds no keys'],
  ['no keytab', () => writeFileSync(path, 'hello'), 'not a keytab'],
  ['missing', () => rmSync(path), 'ENOENT'],
])(
  'a new file that is %s leaves the former keys in use, and is logged once',
  async (_name, spoil, reason) => {
    writeFileSync(path, keytabOf([1]));
    const file = await open();
    spoil();
    for (let at = 0; at < 3; at += 1) {
      expect(versionsOf(await file.current())).toEqual([1]);
    }
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      type: 'server',
      reason: expect.stringMatching(/the former keys stay in use/),
    });
    expect(JSON.stringify(records)).toContain(reason);
    writeFileSync(path, keytabOf([3]));
    expect(versionsOf(await file.current())).toEqual([3]);
    // Another fault later is logged again.
    spoil();
    await file.current();
    expect(records).toHaveLength(2);
  },
);

test('many at once read a new file', async () => {
  writeFileSync(path, keytabOf([1]));
  const file = await open();
  writeFileSync(path, keytabOf([2]));
  const keytabs = await Promise.all(Array.from({ length: 50 }, () => file.current()));
  expect(keytabs.map(versionsOf)).toEqual(Array(50).fill([2]));
});

describe('before the server listens', () => {
  test.each([
    ['missing', () => undefined, /does not exist: check its name/],
    ['damaged', () => writeFileSync(path, keytabOf([1]).subarray(0, 40)), /damaged/],
    ['without a key', () => writeFileSync(path, keytabOf([])), /holds no keys: add some/],
    ['a folder', () => undefined, /cannot be read: EISDIR/],
  ])('a keytab that is %s is an error', async (name, make, message) => {
    make();
    if (name === 'a folder') {
      path = join(path, '..');
    }
    await expect(open()).rejects.toThrow(message);
  });

  test('a keytab without the principal’s key is an error that names the others', async () => {
    writeFileSync(path, keytabOf([1]));
    await expect(open('remctl/localhost@TEST')).rejects.toThrow(
      `the keytab ${path} has no key of remctl/localhost@TEST, only of host/localhost@TEST`,
    );
  });
});

test('a new file without the principal’s key is not used', async () => {
  writeFileSync(path, keytabOf([1]));
  const file = await open('host/localhost@TEST');
  writeFileSync(path, keytabOf([2], 'other/localhost@TEST'));
  expect(versionsOf(await file.current())).toEqual([1]);
  expect(records).toHaveLength(1);
});
