/** Runs documents in a realm of their own, and checks the types of what they hold. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withNetwork } from '@remctl/realm';
import { build } from 'esbuild';
import { DOCS, ROOT } from './documents.js';
import { type DocumentPlan, EXAMPLES, PATH_FOLDERS, type StepResult } from './plan.js';
import type { RunPlan } from './run-documents.js';

const execute = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Gives the program an /etc and a /srv of its own, which it may change. */
const OWN_FOLDERS =
  'cp -a /etc/. "$1" 2>/dev/null; mount --bind "$1" /etc && mount -t tmpfs tmpfs /srv || exit; shift; exec "$@"';

/** Bundles the program that runs documents. It is beside this package's node_modules. */
export async function bundleRunner(): Promise<string> {
  const outfile = join(EXAMPLES, 'run-documents.mjs');
  await build({
    entryPoints: [join(DOCS, 'test/examples/run-documents.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return outfile;
}

/** Runs documents. Throws Error with what was printed if the program itself fails. */
export async function runDocuments(
  runner: string,
  documents: readonly DocumentPlan[],
  withServers: boolean,
): Promise<StepResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'remctl-docs-'));
  try {
    const etc = join(folder, 'etc');
    mkdirSync(etc);
    const results = join(folder, 'results.json');
    const plan = join(folder, 'plan.json');
    writeFileSync(
      plan,
      JSON.stringify({ withServers, documents, path: PATH_FOLDERS, results } satisfies RunPlan),
    );
    const inner = ['sh', '-c', OWN_FOLDERS, 'sh', etc, process.execPath, runner, plan];
    const [program = '', ...args] = withNetwork(folder, {}, inner);
    await execute(program, args, {
      env: { ...process.env, TMPDIR: folder },
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return JSON.parse(readFileSync(results, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The complaints of a file's types, by the file's path relative to the folder of examples. */
export async function checkTypes(): Promise<readonly string[]> {
  writeFileSync(
    join(EXAMPLES, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
        module: 'nodenext',
        types: ['node'],
        strict: true,
        noEmit: true,
        skipLibCheck: true,
      },
      include: ['**/*.ts', '**/*.mts'],
    }),
  );
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  try {
    await execute(tsc, ['-p', EXAMPLES, '--pretty', 'false'], { cwd: EXAMPLES });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (stdout === undefined) {
      throw error;
    }
    return stdout.split('\n').filter((line) => line.trim() !== '');
  }
}
