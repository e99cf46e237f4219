/** Checks a principal against access control entries, in remctld's order. */
import { includedFiles, readSmallFile } from '../file/small-file.js';
import { reasonOf } from '../file/system-error.js';
import { type AclEntry, AclError, parseAclEntry } from './acl-entry.js';
import { aclLines, atLine } from './acl-lines.js';

/** The name of clients without authentication (RFC 8062, section 3). */
const ANONYMOUS = 'WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS';

/** Files that include each other, at most. */
const MAX_DEPTH = 20;

/** What an entry says of a principal. */
export type Verdict = 'match' | 'no match' | 'denied';

/** Where a check is: the files that are being read, the first of them first. */
type Chain = readonly string[];

/** Takes an entry of a file, and decides whether the file's next entry is looked at. */
type Visit = (entry: AclEntry, chain: Chain) => Verdict | Promise<Verdict>;

/** Reads one file until an entry decides. */
async function visitFile(file: string, chain: Chain, visit: Visit): Promise<Verdict> {
  const bytes = await readSmallFile(file).catch((error: unknown) => {
    throw new AclError(
      `the ACL file ${file} cannot be read: ${reasonOf(error)}: check its path and mode`,
      { cause: error },
    );
  });
  const inner = [...chain, file];
  for (const { text, isInclude, line } of aclLines(file, bytes)) {
    try {
      const verdict = await visit(parseAclEntry(text, isInclude ? 'file' : 'princ'), inner);
      if (verdict !== 'no match') {
        return verdict;
      }
    } catch (error) {
      throw atLine(file, line, error);
    }
  }
  return 'no match';
}

/**
 * Reads a file, or the files of a folder, until an entry decides. In a folder every file is looked at, and a
 * denial in one outdoes a match in another.
 */
async function visitFiles(path: string, chain: Chain, visit: Visit): Promise<Verdict> {
  const files = await includedFiles(path).catch((error: unknown) => {
    throw new AclError(
      `the ACL file ${path} cannot be read: ${reasonOf(error)}: check its path and mode`,
      { cause: error },
    );
  });
  let best: Verdict = 'no match';
  for (const file of files) {
    if (chain.includes(file) || chain.length >= MAX_DEPTH) {
      throw new AclError(
        `the ACL file ${file} includes itself, or files include each other too deeply`,
      );
    }
    const verdict = await visitFile(file, chain, visit);
    if (verdict === 'denied') {
      return verdict;
    }
    if (verdict === 'match') {
      best = verdict;
    }
  }
  return best;
}

/** Returns what `deny:` says if its entry says `verdict`. It never grants. */
function denied(verdict: Verdict): Verdict {
  return verdict === 'match' ? 'denied' : 'no match';
}

/**
 * Returns what an entry says of a principal; a promise if a file has to be read. Throws, or rejects with,
 * AclError if a file cannot be read or an entry of it is wrong.
 */
export function checkEntry(
  entry: AclEntry,
  principal: string,
  chain: Chain = [],
): Verdict | Promise<Verdict> {
  switch (entry.type) {
    case 'anyuser':
      return entry.anonymousToo || principal !== ANONYMOUS ? 'match' : 'no match';
    case 'princ':
      return entry.principal === principal ? 'match' : 'no match';
    case 'regex':
      return checkRegex(entry.matches, principal);
    case 'deny': {
      const verdict = checkEntry(entry.entry, principal, chain);
      return typeof verdict === 'string' ? denied(verdict) : verdict.then(denied);
    }
    case 'file':
      return visitFiles(entry.path, chain, (each, inner) => checkEntry(each, principal, inner));
  }
}

function checkRegex(matches: (principal: string) => boolean, principal: string): Verdict {
  try {
    return matches(principal) ? 'match' : 'no match';
  } catch (error) {
    if (error instanceof RangeError) {
      throw new AclError(`the principal cannot be matched: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * Reads every file that an entry names, and every line of them. Throws AclError, with file and line in the
 * message, if one cannot be read or an entry is wrong.
 */
export async function checkFilesOf(entry: AclEntry, chain: Chain = []): Promise<void> {
  if (entry.type === 'deny') {
    await checkFilesOf(entry.entry, chain);
  } else if (entry.type === 'file') {
    await visitFiles(entry.path, chain, async (each, inner): Promise<Verdict> => {
      await checkFilesOf(each, inner);
      return 'no match';
    });
  }
}
