/** Parses the text of krb5.conf, as MIT Kerberos does. */
import { trimEnd } from '../text/trim-end.js';
import { type FilePosition, Krb5ConfigError } from './config-error.js';
import type { Relation } from './profile.js';

/** A bound far above any real configuration. */
const MAX_DEPTH = 32;

/** An include line. Its directive must stand at the very start of the line. */
const DIRECTIVE = /^(include|includedir)(?:[ \t\v\f\r]+(.*))?$/s;
const LEADING_SPACE = /^[ \t\v\f\r]+/;
const SPACE = ' \t\v\f\r';

/** A `Section` that grows while files are read. */
export interface MutableSection {
  readonly relations: Relation[];
  readonly sections: Map<string, MutableSection>;
  final: boolean;
}

/** The state after the lines of a file that are read already. */
interface FileState {
  readonly file: string;
  readonly root: MutableSection;
  /**
   * The open sections from the outermost in; the last takes relations. Empty before the first
   * header.
   */
  readonly open: MutableSection[];
  /** Whether the last line ended in `name =`, so that a `{` must follow. */
  braceExpected: boolean;
  line: number;
}

/** Creates an empty section. */
export function newSection(): MutableSection {
  return { relations: [], sections: new Map(), final: false };
}

/**
 * Returns the subsection `name`, a new one if there is none: parts with the same name are merged.
 */
function subsection(parent: MutableSection, name: string): MutableSection {
  const known = parent.sections.get(name);
  if (known !== undefined) {
    return known;
  }
  const section = newSection();
  parent.sections.set(name, section);
  return section;
}

const QUOTED_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['b', '\b'],
]);

/**
 * Returns the text up to the closing quote, its escapes replaced. The text after the quote is
 * ignored.
 */
function unquote(text: string): string {
  const content = /^(?:[^"\\]|\\.|\\$)*/s.exec(text)?.[0] ?? '';
  return content.replaceAll(
    /\\(.)/gs,
    (_, character: string) => QUOTED_ESCAPES.get(character) ?? character,
  );
}

function readHeader(state: FileState, line: string): void {
  const [, name, star, rest] = /^\[([^\]]*)\](\*?)[ \t\v\f\r]*(.*)$/s.exec(line) ?? [];
  if (name === undefined || rest !== '') {
    throw new Krb5ConfigError(`expected [section] and nothing else on the line`, state);
  }
  if (state.open.length > 1) {
    throw new Krb5ConfigError(`[${name}] begins before a } has closed what is open`, state);
  }
  const section = subsection(state.root, name);
  section.final ||= star === '*';
  state.open.splice(0, state.open.length, section);
}

function closeSection(state: FileState, line: string): void {
  const section = state.open.at(-1);
  if (section === undefined || state.open.length === 1) {
    throw new Krb5ConfigError('a } without its {', state);
  }
  section.final ||= line.charAt(1) === '*';
  state.open.pop();
}

function readRelation(state: FileState, line: string): void {
  const equals = line.indexOf('=');
  const tag = trimEnd(line.slice(0, equals), SPACE);
  const section = state.open.at(-1);
  if (equals < 1 || section === undefined || /[ \t\v\f\r]/.test(tag)) {
    throw new Krb5ConfigError('expected name = value', state);
  }
  const star = tag.indexOf('*');
  const name = star === -1 ? tag : tag.slice(0, star);
  const text = line.slice(equals + 1).replace(LEADING_SPACE, '');
  const isQuoted = text.startsWith('"');
  const value = isQuoted ? unquote(text.slice(1)) : trimEnd(text, SPACE);
  if (isQuoted || (text !== '' && value !== '{')) {
    section.relations.push({ name, value, file: state.file, line: state.line });
    return;
  }
  if (state.open.length > MAX_DEPTH) {
    throw new Krb5ConfigError(`more than ${MAX_DEPTH} sections inside each other`, state);
  }
  const inner = subsection(section, name);
  inner.final ||= star !== -1;
  state.open.push(inner);
  state.braceExpected = text === '';
}

function readLine(state: FileState, text: string): void {
  // MIT Kerberos ignores all lines before the first header, `module` lines too.
  if (state.open.length === 0 && !text.startsWith('[')) {
    return;
  }
  const line = text.replace(LEADING_SPACE, '');
  if (state.braceExpected) {
    if (!line.startsWith('{')) {
      throw new Krb5ConfigError('expected {, or a value on the line before', state);
    }
    state.braceExpected = false;
  } else if (line.startsWith('[')) {
    readHeader(state, line);
  } else if (line.startsWith('}')) {
    closeSection(state, line);
  } else if (line !== '' && !line.startsWith('#') && !line.startsWith(';')) {
    readRelation(state, line);
  }
}

/** An include line: the contents of the named file or directory take its place. */
export interface Include {
  readonly directive: string;
  readonly path: string;
  readonly position: FilePosition;
}

/**
 * Reads the text of `file` into `root`, and yields each include line when it comes to it. Throws
 * Krb5ConfigError, with file and line, if a line cannot be read. Takes at most 96 times the memory
 * of the text, and time that grows with its length.
 */
export function* readText(
  content: string,
  file: string,
  root: MutableSection,
): Generator<Include, void> {
  const state: FileState = { file, root, open: [], braceExpected: false, line: 0 };
  // A line feed at the end of the text begins no further line.
  for (const line of content.replace(/\n$/, '').split('\n')) {
    state.line += 1;
    // MIT Kerberos is a C program: a NUL ends the line.
    const text = line.split('\0', 1)[0] ?? '';
    const [whole, directive = '', argument = ''] = DIRECTIVE.exec(text) ?? [];
    if (whole === undefined) {
      readLine(state, text);
    } else {
      const position = { file, line: state.line };
      yield { directive, path: trimEnd(argument, '\r'), position };
    }
  }
}
