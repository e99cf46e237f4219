/** What the application in a bundle must do and say. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { OUTPUT, type SpakeRealm } from './spake-realm.js';

const run = promisify(execFile);

/** Expects that `command`, which takes a job, runs a command, and says what to do about a backend's name. */
export async function expectWorksBundled(
  [program, ...args]: readonly [string, ...string[]],
  { env, job }: SpakeRealm,
): Promise<void> {
  const ended = async (argument: string) => {
    const { stdout, stderr } = await run(program, [...args, argument], { env });
    expect(stderr).toBe('');
    return stdout;
  };
  expect(await ended(job())).toBe(OUTPUT);
  expect(await ended(job({ backend: 'pure' }))).toMatch(
    /^RemctlBackendError: @remctl\/pure-backend is not in this bundle.* import createPureBackend .* pass createPureBackend\(\)/,
  );
  // An addon cannot be part of a bundle.
  expect(await ended(job({ backend: 'native' }))).toMatch(
    /^RemctlBackendError: @remctl\/native-backend is not installed: npm install/,
  );
  expect(await ended(job({ mechanism: 'kerberos' }))).toMatch(
    /^RemctlBackendError: .*(npm install kerberos|bundle as an ES module)/,
  );
}
