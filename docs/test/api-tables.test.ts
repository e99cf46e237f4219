/** The tables of API on the packages' pages, beside what the packages export. */
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { PUBLIC_PACKAGES, packageJson, ROOT, textOf } from './examples/documents.js';

/** What a package's entry points export. */
interface Exports {
  /** `.`, `./testing` and so on. */
  readonly path: string;
  /** Functions, classes and constants. */
  readonly values: readonly string[];
  readonly types: readonly string[];
}

type Entry = { readonly types?: string };

function entriesOf(name: string): readonly (readonly [path: string, types: string])[] {
  const { exports = {} } = packageJson(name) as { exports?: Record<string, string | Entry> };
  return Object.entries(exports).flatMap(([path, entry]) => {
    const types = typeof entry === 'string' ? undefined : entry.types;
    return types === undefined || path.includes('*') || path.startsWith('./internal')
      ? []
      : [[path, join(ROOT, 'packages', name, types)] as const];
  });
}

const described = PUBLIC_PACKAGES.map((name) => [name, entriesOf(name)] as const).filter(
  ([, entries]) => entries.length > 0,
);
const program = ts.createProgram(
  described.flatMap(([, entries]) => entries.map(([, file]) => file)),
  { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, skipLibCheck: true },
);
const checker = program.getTypeChecker();

function exportsOf(entries: readonly (readonly [string, string])[]): Exports[] {
  return entries.map(([path, file]) => {
    const source = program.getSourceFile(file);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) {
      throw new Error(`${file} exports nothing: build the packages first`);
    }
    const symbols = checker.getExportsOfModule(module).map((symbol) => {
      const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
      const { flags } = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
      return { name: symbol.name, isValue: (flags & ts.SymbolFlags.Value) !== 0 };
    });
    const named = (isValue: boolean) =>
      symbols.filter((each) => each.isValue === isValue).map(({ name }) => name);
    return { path, values: named(true), types: named(false) };
  });
}

/** The section of a package's page that lists its API. */
function sectionOf(page: string): string {
  return page.split(/^## /m).find((part) => /^(?:The )?API\b/.test(part)) ?? '';
}

/** The names in the first column of the section's tables of names: `name`, `name(arguments)`. */
function namesIn(section: string): string[] {
  return section
    .split(/\n\n+/)
    .filter((part) => /^\| (?:name|export|other entry point)\b/.test(part))
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ')[0] ?? '')
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)])
    .map(([, text]) => text ?? '');
}

describe.each(described)('%s', (name, entries) => {
  const all = exportsOf(entries);
  const section = sectionOf(textOf(`packages/${name}/README.md`));
  const named = namesIn(section);

  test('every function, class and constant of the package is in its table', () => {
    const main = all.find(({ path }) => path === '.');
    const inText = new Set([...section.matchAll(/\w+/g)].map(([word]) => word));
    expect(main?.values.filter((value) => !inText.has(value))).toEqual([]);
  });

  test('every other entry point is named', () => {
    const others = all.filter(({ path }) => path !== '.');
    const paths = others.map(({ path }) => `@remctl/${name}${path.slice(1)}`);
    expect(paths.filter((path) => !section.includes(path))).toEqual([]);
  });

  test('no name stands there that does not exist', () => {
    const known = new Set([
      ...all.flatMap(({ values, types }) => [...values, ...types]),
      ...all.map(({ path }) => `@remctl/${name}${path.slice(1)}`),
    ]);
    const wrong = named.filter((text) => !known.has(text.replace(/\(.*$/s, '')));
    expect(wrong).toEqual([]);
  });
});
