/** The fenced blocks of a document: what they hold, and how they are tried. */
import MarkdownIt from 'markdown-it';

/**
 * A fenced block. Its first line is "```LANGUAGE ATTRIBUTE…". Readers see no attribute:
 *
 * - `save=NAME`: the block is a file of that name. A later block of the document runs or reads it.
 * - `serves=TEXT`: the program runs until the next one that serves, or the document's end. The next block begins
 *   when it has printed TEXT (a `+` stands for a space).
 * - `status=N`: the program ends with this status. 0 by default.
 * - `prints`, of a block of text: what the block before it prints. `…` stands for any text.
 *
 * A comment `<!-- not run: REASON -->` before the block says why it is not run.
 */
export interface Block {
  readonly document: string;
  /** The line of its fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  readonly save?: string;
  readonly serves?: string;
  readonly status: number;
  /** What it prints, as the document shows it. */
  readonly prints?: string;
  readonly notRun?: string;
}

const markdown = new MarkdownIt({ html: true });

/** Returns a document's blocks. Throws Error for an attribute that means nothing. */
export function readBlocks(document: string, text: string): Block[] {
  const blocks: Block[] = [];
  let reason: string | undefined;
  for (const token of markdown.parse(text, {})) {
    if (token.type === 'html_block') {
      reason = /<!-- not run: (.+?) -->/s.exec(token.content)?.[1];
      continue;
    }
    if (token.type !== 'fence') {
      continue;
    }
    const line = (token.map?.[0] ?? 0) + 1;
    const [language = '', ...attributes] = token.info.trim().split(/\s+/);
    const given = new Map(
      attributes.map((attribute) => {
        const [name = '', value = ''] = attribute.split('=');
        return [name, value];
      }),
    );
    const wrong = [...given.keys()].filter((name) => !ATTRIBUTES.includes(name));
    if (wrong.length > 0) {
      throw new Error(`${document}:${line}: unknown attribute ${wrong.join(', ')}`);
    }
    if (given.has('prints')) {
      const before = blocks.at(-1);
      if (before === undefined) {
        throw new Error(`${document}:${line}: no block stands before this output`);
      }
      blocks[blocks.length - 1] = { ...before, prints: token.content };
    } else {
      blocks.push({
        document,
        line,
        language,
        code: token.content,
        status: Number(given.get('status') ?? 0),
        ...optional('save', given.get('save')),
        ...optional('serves', given.get('serves')?.replaceAll('+', ' ')),
        ...optional('notRun', reason),
      });
    }
    reason = undefined;
  }
  return blocks;
}

const ATTRIBUTES: readonly string[] = ['save', 'serves', 'status', 'prints'];

function optional<K extends string>(name: K, value: string | undefined): { [k in K]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [k in K]?: string });
}

/** Languages whose blocks are programs, or what a shell prints. */
export const PROGRAMS: readonly string[] = ['js', 'ts', 'sh', 'console', 'python', 'perl', 'c'];
/** Languages whose blocks are files that nothing runs. Their text may be checked by its own reader. */
export const FILES: readonly string[] = ['json', 'ini', 'dockerfile', 'text'];

/** Tells whether a block is run. */
export function isRun(block: Block): boolean {
  return (
    PROGRAMS.includes(block.language) && block.notRun === undefined && block.save === undefined
  );
}
