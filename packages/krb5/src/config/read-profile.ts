/** Reads krb5.conf files into a tree, the way MIT Kerberos's profile library does. */
import { readdir, realpath } from 'node:fs/promises';
import { devNull, homedir } from 'node:os';
import { join } from 'node:path';
import { readFileUpTo, systemErrorCode } from '../file/read-file.js';
import { trimEnd } from '../text/trim-end.js';
import { type FilePosition, Krb5ConfigError } from './config-error.js';
import type { Environment } from './expand-path.js';
import type { Profile, Relation, Section } from './profile.js';

const DEFAULT_FILE = '/etc/krb5.conf';

/** Bounds far above any real configuration, so that no file can make us read for ever. */
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_FILES = 256;
const MAX_BYTES = 4 * MAX_FILE_BYTES;
const MAX_DEPTH = 32;

/** File names that includedir takes. */
const INCLUDED_NAME = /^(?:[A-Za-z0-9_-]+|[^.].*\.conf|\.conf)$/s;

/** A line that names another file. Only at the very start of a line. */
const DIRECTIVE = /^(include|includedir)(?:[ \t\v\f\r]+(.*))?$/s;
const LEADING_SPACE = /^[ \t\v\f\r]+/;
const SPACE = ' \t\v\f\r';

export interface MutableSection {
  readonly relations: Relation[];
  readonly sections: Map<string, MutableSection>;
  final: boolean;
}

/** Where the reading of one file has come to. */
interface FileState {
  readonly file: string;
  readonly root: MutableSection;
  /** The section that relations go to, last, and those that contain it. Empty before the first header. */
  readonly open: MutableSection[];
  /** After `name =` at the end of a line. */
  braceExpected: boolean;
  line: number;
}

/** A section with nothing in it. */
export function newSection(): MutableSection {
  return { relations: [], sections: new Map(), final: false };
}

/** The subsection of that name, made when there is none: parts of the same name become one. */
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

/** The text up to the closing quote; what follows that is ignored. */
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
  const value = text.startsWith('"') ? unquote(text.slice(1)) : trimEnd(text, SPACE);
  if (text !== '' && value !== '{') {
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
  // What comes before a first header at the start of a line is ignored, `module` lines among it.
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

/** A line that names another file or directory, whose contents come in its place. */
export interface Include {
  readonly directive: string;
  readonly path: string;
  readonly position: FilePosition;
}

/**
 * Reads the text of `file` into `root`, and yields each include on the way. Throws Krb5ConfigError. Takes
 * at most 96 times the memory of the text, in time that grows as its length does.
 */
export function* readText(
  content: string,
  file: string,
  root: MutableSection,
): Generator<Include, void> {
  const state: FileState = { file, root, open: [], braceExpected: false, line: 0 };
  // What follows the last line feed is a line only if there is something.
  for (const line of content.replace(/\n$/, '').split('\n')) {
    state.line += 1;
    // As for a C program, a line ends at a NUL.
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

/** What the files of one configuration have in common while they are read. */
interface Reading {
  /** The section that a file's sections go to. */
  readonly root: MutableSection;
  /** The files that include each other, from the outermost in, by their real paths. */
  readonly including: readonly string[];
  readonly budget: { files: number; bytes: number };
}

/** Reads a file, and what it includes, into `reading.root`. */
async function readFile(reading: Reading, path: string): Promise<void> {
  const real = await realpath(path);
  if (reading.including.includes(real)) {
    throw new Krb5ConfigError('this file includes itself', { file: path });
  }
  reading.budget.files -= 1;
  if (reading.budget.files < 0) {
    throw new Krb5ConfigError(`more than ${MAX_FILES} files`, { file: path });
  }
  // KRB5_CONFIG=/dev/null is how to have no configuration.
  const bytes = real === devNull ? Buffer.alloc(0) : await readFileUpTo(path, MAX_FILE_BYTES);
  if (bytes === undefined) {
    throw new Krb5ConfigError(`larger than ${MAX_FILE_BYTES} bytes`, { file: path });
  }
  reading.budget.bytes -= bytes.length;
  if (reading.budget.bytes < 0) {
    throw new Krb5ConfigError(`more than ${MAX_BYTES} bytes in all files`, { file: path });
  }
  const inner = { ...reading, including: [...reading.including, real] };
  for (const directive of readText(bytes.toString('utf8'), path, reading.root)) {
    await readIncluded(inner, directive);
  }
}

async function readIncluded(
  reading: Reading,
  { directive, path, position }: Include,
): Promise<void> {
  try {
    await (directive === 'include' ? readFile(reading, path) : readDirectory(reading, path));
  } catch (cause) {
    if (systemErrorCode(cause) === undefined) {
      throw cause;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Krb5ConfigError(`cannot ${directive} ${path}: ${reason}`, position, { cause });
  }
}

/** Reads the files of a directory whose names are such as includedir takes, in the order of their bytes. */
async function readDirectory(reading: Reading, path: string): Promise<void> {
  const names = (await readdir(path)).filter((name) => INCLUDED_NAME.test(name));
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const name of names) {
    try {
      await readFile(reading, join(path, name));
    } catch (error) {
      // A directory has no lines.
      if (systemErrorCode(error) !== 'EISDIR') {
        throw error;
      }
    }
  }
}

async function readFileOrDirectory(path: string): Promise<Section> {
  const root = newSection();
  const reading: Reading = { root, including: [], budget: { files: MAX_FILES, bytes: MAX_BYTES } };
  try {
    await readFile(reading, path);
  } catch (error) {
    if (systemErrorCode(error) !== 'EISDIR') {
      throw error;
    }
    await readDirectory(reading, path);
  }
  return root;
}

/** The files of KRB5_CONFIG, between colons, `~/` standing for the home directory; else /etc/krb5.conf. */
function configFiles(env: Environment): string[] {
  return (env.KRB5_CONFIG ?? DEFAULT_FILE)
    .split(':')
    .filter((path) => path !== '')
    .map((path) => (path.startsWith('~/') ? join(env.HOME ?? homedir(), path.slice(2)) : path));
}

/**
 * Reads the configuration that `env` names. Files that do not exist are skipped, even if none is
 * left, and so are those that may not be read, as long as one file is. Rejects with
 * Krb5ConfigError, also for more than 256 files, 1 MiB in a file or 4 MiB in all.
 */
export async function readProfile(env: Environment = process.env): Promise<Profile> {
  const files: { readonly path: string; readonly root: Section }[] = [];
  const missing: string[] = [];
  let refused: Krb5ConfigError | undefined;
  for (const path of configFiles(env)) {
    try {
      files.push({ path, root: await readFileOrDirectory(path) });
    } catch (cause) {
      const code = systemErrorCode(cause);
      if (code === undefined) {
        throw cause;
      }
      if (code === 'ENOENT') {
        missing.push(path);
        continue;
      }
      const reason = cause instanceof Error ? cause.message : String(cause);
      const error = new Krb5ConfigError(`cannot be read: ${reason}`, { file: path }, { cause });
      if (code !== 'EACCES' && code !== 'EPERM') {
        throw error;
      }
      refused ??= error;
    }
  }
  if (files.length === 0 && refused !== undefined) {
    throw refused;
  }
  return { files, missing };
}
