/** Every relative link of every Markdown file leads to a file, and to a heading that is there. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import MarkdownIt from 'markdown-it';
import { expect, test } from 'vitest';
import { allMarkdown, ROOT, textOf } from './examples/documents.js';

const markdown = new MarkdownIt({ html: true });

/** The targets of a document's links and pictures. */
function linksOf(text: string): string[] {
  return markdown
    .parse(text, {})
    .flatMap(({ children }) => children ?? [])
    .flatMap((token) => {
      const target = token.attrGet('href') ?? token.attrGet('src');
      return target === null ? [] : [decodeURI(target)];
    });
}

/** The anchors of a document's headings, as GitHub and typedoc make them. */
function anchorsOf(text: string): Set<string> {
  const tokens = markdown.parse(text, {});
  const headings = tokens.flatMap(({ type }, index) =>
    type === 'heading_open' ? [tokens[index + 1]] : [],
  );
  const anchors = new Set<string>();
  for (const heading of headings) {
    const words = (heading?.children ?? [])
      .filter(({ type }) => type === 'text' || type === 'code_inline')
      .map(({ content }) => content)
      .join('');
    const anchor = words
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    anchors.add(anchors.has(anchor) ? `${anchor}-1` : anchor);
  }
  return anchors;
}

/** Why a link leads nowhere; undefined if it leads somewhere, or out of the repository. */
function faultOf(document: string, link: string): string | undefined {
  if (/^[a-z]+:/i.test(link)) {
    return undefined;
  }
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? document : join(dirname(document), path);
  if (!existsSync(join(ROOT, file))) {
    return `${link}: no such file`;
  }
  const isFolder = statSync(join(ROOT, file)).isDirectory();
  const page = isFolder ? join(file, 'README.md') : file;
  if (!existsSync(join(ROOT, page))) {
    return `${link}: a folder without README.md`;
  }
  if (anchor !== undefined && !anchorsOf(textOf(page)).has(anchor)) {
    return `${link}: no such heading`;
  }
  return undefined;
}

test.each(allMarkdown())('%s', (document) => {
  const faults = linksOf(textOf(document)).map((link) => faultOf(document, link));
  expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
});

test('the first page names every guide', () => {
  const links = linksOf(textOf('README.md'));
  const guides = allMarkdown().filter((file) => file.startsWith('docs/guide/'));
  expect(guides.filter((file) => !links.includes(file))).toEqual([]);
});
