/** What a group of documents does: files to write, programs to run. */
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { type Block, isRun } from './blocks.js';
import { DOCS, PROGRAMS, ROOT } from './documents.js';
import { PASSWORD } from './password.js';

/** One program of a document. */
export interface Step {
  readonly line: number;
  readonly command: readonly string[];
  /** What is typed. */
  readonly input: string;
  /** The program goes on until the document's end; the next step begins when it has printed this. */
  readonly serves?: string;
}

/** The programs of a document, which run one after the other in the document's folder. */
export interface DocumentPlan {
  readonly document: string;
  readonly folder: string;
  readonly steps: readonly Step[];
}

/** What a program did. `status` is null if a signal ended it. */
export interface StepResult {
  readonly document: string;
  readonly line: number;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where documents have their folders. It is inside this package, so that node finds its packages. */
export const EXAMPLES = join(DOCS, '.examples');
/** Programs that stand before the system's in the PATH of examples. */
export const PROGRAMS_FOLDER = join(EXAMPLES, 'bin');

export function folderOf(document: string): string {
  return join(EXAMPLES, document.replace(/\.md$/, '').replaceAll('/', '-').toLowerCase());
}

/** Node 20 has no `using`, and no types: esbuild takes both away. */
function compiled(code: string): string {
  return transformSync(code, { loader: 'ts', format: 'esm', target: 'node20' }).code;
}

const imports = (code: string, name: string) => code.includes(`from '${name}'`);

/** Writes a block's file and returns the command that runs it. */
function prepare(block: Block, folder: string): readonly string[] {
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  const { line, language, code } = block;
  switch (language) {
    case 'ts':
      if (imports(code, 'vitest')) {
        return ['vitest', 'run', write(`block-${line}.test.ts`, code)];
      }
      write(`block-${line}.mts`, code);
      return [process.execPath, write(`block-${line}.mjs`, compiled(code))];
    case 'js': {
      const file = write(`block-${line}.mjs`, code);
      const options = imports(code, 'node:test') ? ['--test', '--test-reporter=tap'] : [];
      return [process.execPath, ...options, file];
    }
    case 'console':
      return ['sh', '-c', `exec 2>&1\n${commandsOf(code).join('\n')}\n`];
    case 'python':
      return ['/usr/bin/python3', write(`block-${line}.py`, code)];
    case 'perl':
      return ['/usr/bin/perl', write(`block-${line}.pl`, code)];
    case 'c': {
      const file = write(`block-${line}.c`, code);
      return ['sh', '-ec', `cc -o block-${line} ${file} -lremctl\n./block-${line}\n`];
    }
    default:
      return ['sh', '-e', write(`block-${line}.sh`, code)];
  }
}

/** kinit asks for a password. */
function inputFor({ code }: Block): string {
  return /^(?:\$ )?kinit /m.test(code) ? `${PASSWORD}\n` : '';
}

/** The commands of a block that shows a terminal: its lines that begin with "$ ". */
export function commandsOf(code: string): string[] {
  return code.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : []));
}

/** What a terminal shows after the commands. */
export function answersOf(code: string): string {
  return code
    .split('\n')
    .filter((line) => !line.startsWith('$ '))
    .join('\n');
}

/** Writes the files of a document into its folder, and returns what must be run. */
export function planDocument(document: string, blocks: readonly Block[]): DocumentPlan {
  const folder = folderOf(document);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  // Without a file of its own vitest takes this package's.
  writeFileSync(join(folder, 'vitest.config.mjs'), 'export default {};\n');
  const steps: Step[] = [];
  for (const block of blocks) {
    if (block.save !== undefined) {
      const file = join(folder, block.save);
      mkdirSync(dirname(file), { recursive: true });
      const isScript = block.code.startsWith('#!');
      writeFileSync(file, block.code);
      chmodSync(file, isScript ? 0o755 : 0o644);
    } else if (isRun(block)) {
      const command = prepare(block, folder);
      const { line, serves } = block;
      const input = inputFor(block);
      steps.push({ line, command, input, ...(serves === undefined ? {} : { serves }) });
    } else if (block.language === 'ts') {
      writeFileSync(join(folder, `block-${block.line}.mts`), block.code);
    }
  }
  return { document, folder, steps };
}

/**
 * Writes npm and npx: the one checks what a document installs, the other runs what is installed. Installs the
 * programs of the public packages: pnpm leaves out those that were not built when it installed.
 */
export function writePrograms(installable: readonly string[]): void {
  rmSync(PROGRAMS_FOLDER, { recursive: true, force: true });
  mkdirSync(PROGRAMS_FOLDER, { recursive: true });
  for (const [name, file] of PROGRAMS) {
    chmodSync(file, 0o755);
    symlinkSync(file, join(PROGRAMS_FOLDER, name));
  }
  const names = installable.map((name) => `'${name}'`).join('|');
  writeProgram(
    'npm',
    `[ "$1" = install ] || { echo "npm $1 is not for examples" >&2; exit 1; }
shift
for word in "$@"; do
  case "$word" in
    -*|${names}) ;;
    *) echo "the workspace does not publish $word" >&2; exit 1 ;;
  esac
done
`,
  );
  writeProgram('npx', 'exec "$@"\n');
}

function writeProgram(name: string, text: string): void {
  const file = join(PROGRAMS_FOLDER, name);
  writeFileSync(file, `#!/bin/sh\n${text}`);
  chmodSync(file, 0o755);
}

/** The folders that an example's PATH begins with. */
export const PATH_FOLDERS: readonly string[] = [
  PROGRAMS_FOLDER,
  join(DOCS, 'node_modules/.bin'),
  join(ROOT, 'node_modules/.bin'),
];
