/** Every example of the guides and of the packages' pages runs as it is printed. */
import { mkdirSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Block, FILES, isRun, PROGRAMS, readBlocks } from './examples/blocks.js';
import {
  documentsWithExamples,
  PUBLIC_PACKAGES,
  packageJson,
  textOf,
} from './examples/documents.js';
import { areLinesAsShown, isAsShown } from './examples/expected-output.js';
import {
  answersOf,
  EXAMPLES,
  folderOf,
  planDocument,
  type StepResult,
  writePrograms,
} from './examples/plan.js';
import { bundleRunner, checkTypes, runDocuments } from './examples/run.js';

/** They start a server on the usual port, so none may be there. */
const OWN_SERVER: readonly string[] = ['docs/guide/server.md', 'packages/server/README.md'];
/** What documents may install besides the packages of this workspace. */
const OTHERS_PACKAGES: readonly string[] = [
  'vitest',
  'jest',
  'esbuild',
  'rollup',
  'typescript',
  '@remctl/conformance',
];

/** One document or few may be named while it is written: DOCUMENTS=server npx vitest run examples. */
const only = process.env.DOCUMENTS ?? '';
const documents = documentsWithExamples().filter((document) => document.includes(only));
const blocks = new Map<string, Block[]>(
  documents.map((document) => [document, readBlocks(document, textOf(document))]),
);
const all = [...blocks.values()].flat();
const typed = all.filter(({ language }) => language === 'ts');
const where = ({ document, line }: Block) => `${document}:${line}`;

let results: readonly StepResult[] = [];
let complaints: readonly string[] = [];

beforeAll(async () => {
  rmSync(EXAMPLES, { recursive: true, force: true });
  mkdirSync(EXAMPLES, { recursive: true });
  const names = PUBLIC_PACKAGES.map((name) => String(packageJson(name).name));
  writePrograms([...names, ...OTHERS_PACKAGES]);
  const plans = documents.map((document) => planDocument(document, blocks.get(document) ?? []));
  const runner = await bundleRunner();
  const isOwn = ({ document }: { document: string }) => OWN_SERVER.includes(document);
  results = [
    ...(await runDocuments(
      runner,
      plans.filter((plan) => !isOwn(plan)),
      true,
    )),
    ...(await runDocuments(runner, plans.filter(isOwn), false)),
  ];
  complaints = typed.length > 0 ? await checkTypes() : [];
});

function resultOf({ document, line }: Block): StepResult {
  const found = results.find((result) => result.document === document && result.line === line);
  if (found === undefined) {
    throw new Error('it did not run');
  }
  return found;
}

describe('runs as printed', () => {
  test.each(all.filter(isRun).map((block) => [where(block), block] as const))('%s', (_, block) => {
    const { status, stdout, stderr } = resultOf(block);
    expect(status, `standard error: ${stderr}\nstandard output: ${stdout}`).toBe(block.status);
    if (block.prints !== undefined && !isAsShown(block.prints, stdout)) {
      expect(stdout).toBe(block.prints);
    }
    if (block.language === 'console' && !areLinesAsShown(answersOf(block.code), stdout)) {
      expect(stdout).toBe(answersOf(block.code));
    }
  });
});

describe.runIf(typed.length > 0)('has the types that it needs', () => {
  test.each(typed.map((block) => [where(block), block] as const))('%s', (_, block) => {
    const file = relative(EXAMPLES, folderOf(block.document));
    const begin = `${file}/block-${block.line}.`;
    expect(complaints.filter((line) => line.startsWith(begin))).toEqual([]);
  });
});

test('the types of saved files are right too', () => {
  expect(complaints.filter((line) => !/\/block-\d+\./.test(line))).toEqual([]);
});

test('every block has a language that says how it is tried', () => {
  const unknown = all.filter(
    ({ language, notRun }) =>
      ![...PROGRAMS, ...FILES].includes(language) && !(language === '' && notRun !== undefined),
  );
  expect(unknown.map(where)).toEqual([]);
});

test('a saved file is used by a later block', () => {
  const unused = all.filter(({ document, line, save }) => {
    const later = all.filter((each) => each.document === document && each.line > line);
    return (
      save !== undefined && !later.some(({ code }) => code.includes(save.replace(/\/.*$/, '')))
    );
  });
  expect(unused.map(where)).toEqual([]);
});

test('a block of JSON is JSON', () => {
  for (const block of all.filter(({ language }) => language === 'json')) {
    for (const text of jsonTexts(block.code)) {
      expect(() => JSON.parse(text), where(block)).not.toThrow();
    }
  }
});

/** A block of JSON holds one value, or one a line. */
function jsonTexts(code: string): string[] {
  const lines = code.trim().split('\n');
  return lines.every((line) => line.startsWith('{') && line.endsWith('}')) ? lines : [code];
}
