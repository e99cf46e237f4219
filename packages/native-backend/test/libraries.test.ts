/** What the error says where libremctl or libkrb5 is missing, too old or damaged. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heimdalLibraries, withoutLibrary } from '@remctl/realm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeArguments } from './support/programs.js';
import { compileStub } from './support/stub-library.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remctl-libraries-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const TRY = `
  const attempt = () => {
    try {
      createNativeBackend();
      return 'it works';
    } catch (error) {
      return error.name + ': ' + error.message;
    }
  };`;
const PROGRAM = [process.execPath, ...nodeArguments(`${TRY} console.log(attempt());`)];

/** Runs a command, and returns what it prints. */
function run([program = '', ...args]: readonly string[], libraries = ''): string {
  const env = { ...process.env, LD_LIBRARY_PATH: libraries };
  return execFileSync(program, args, { env, encoding: 'utf8' });
}

const OTHERWISE = /Or use the pure backend, which needs none of it\.\n$/;
const SYSTEM = `${process.platform}-${process.arch}`;

test('without libremctl the error says what to install on each system', () => {
  const said = run(withoutLibrary(folder, 'libremctl.so', PROGRAM).command);
  expect(said).toContain(
    `RemctlBackendError: libremctl is not installed for ${SYSTEM}: the system`,
  );
  expect(said).toMatch(/apt-get install libremctl1; Fedora: dnf install remctl; .*Alpine/);
  expect(said).toMatch(OTHERWISE);
});

test('a library in a folder of its own is found by LD_LIBRARY_PATH', () => {
  const { command, hidden } = withoutLibrary(folder, 'libremctl.so', PROGRAM);
  expect(run(command, hidden)).toBe('it works\n');
});

test('after the library has been installed the same process can use it', () => {
  const libraries = join(folder, 'libraries');
  mkdirSync(libraries);
  const again = `${TRY}
    const { symlinkSync } = await import('node:fs');
    console.log(attempt());
    symlinkSync(process.argv[1] + '/libremctl.so.1', process.argv[2] + '/libremctl.so.1');
    console.log(attempt());`;
  const program = (hidden: string) => [
    process.execPath,
    ...nodeArguments(again, hidden, libraries),
  ];
  const hidden = join(folder, 'hidden');
  const { command } = withoutLibrary(folder, 'libremctl.so', program(hidden));
  const [first, second] = run(command, libraries).split('\n');
  expect(first).toContain('libremctl is not installed');
  expect(second).toBe('it works');
});

test('without libkrb5 the error names that library, not libremctl', () => {
  const said = run(withoutLibrary(folder, 'libkrb5.so', PROGRAM).command);
  expect(said).toContain('libremctl is installed, but libkrb5.so.3, which it needs, is not');
  expect(said).toMatch(
    /apt-get install libkrb5-3 libgssapi-krb5-2; Fedora: dnf install krb5-libs;/,
  );
  expect(said).not.toContain('libremctl1');
  expect(said).toMatch(OTHERWISE);
});

test('a libremctl that is too old is named, with the function that it lacks and its release', () => {
  const path = compileStub(folder, {
    file: 'libremctl.so.1',
    functions: 'REMCTL',
    without: 'remctl_open_fd',
    needs: ['-lkrb5'],
  });
  const said = run(PROGRAM, folder);
  expect(said).toContain(
    `libremctl is too old: ${path} has no remctl_open_fd, which came with release 3.4. ` +
      'Install release 3.5 or later: Debian',
  );
  expect(said).toMatch(OTHERWISE);
});

test('a libkrb5 that is too old is named, although libremctl serves', () => {
  const krb5 = compileStub(folder, {
    file: 'libkrb5.so.3',
    functions: 'KRB5',
    without: 'krb5_expand_hostname',
  });
  compileStub(folder, { file: 'libremctl.so.1', functions: 'REMCTL', needs: [krb5] });
  expect(run(PROGRAM, folder)).toContain(
    `libkrb5 is too old: ${krb5} has no krb5_expand_hostname, which came with release 1.15. ` +
      'Install release 1.15 or later: Debian and Ubuntu: apt-get install libkrb5-3',
  );
});

test("a libremctl on Heimdal's libraries is named as that", () => {
  const heimdal = heimdalLibraries();
  compileStub(folder, {
    file: 'libremctl.so.1',
    functions: 'REMCTL',
    needs: [join(heimdal, 'libkrb5.so.26')],
  });
  const said = run(PROGRAM, `${folder}:${heimdal}`);
  expect(said).toMatch(/libkrb5\.so\.26 is Heimdal's, and the native backend needs MIT Kerberos's/);
  expect(said).toMatch(OTHERWISE);
});

test("a damaged library's error has the loader's reason", () => {
  for (const name of ['libremctl.so.1', 'libremctl.so']) {
    writeFileSync(join(folder, name), 'this is no library, but it has a header\n'.repeat(100));
  }
  expect(run(PROGRAM, folder)).toMatch(
    /libremctl cannot be loaded \(.*libremctl\.so\.1: invalid ELF header\)\. Install it again, for/,
  );
});
