/**
 * Target: the lines of an ACL file.
 *
 * The input is two pieces: a client's principal and the file. Entries that name other files are
 * parsed, and not followed.
 */
import { requireThat, unlessRefused } from '../findings.js';
import { splitPieces } from '../pieces.js';
import {
  type AclEntry,
  AclError,
  aclLines,
  checkEntry,
  parseAclEntry,
  type Verdict,
} from '../server-internals.js';

/** Tells whether an entry reads another file. */
function readsFile(entry: AclEntry): boolean {
  return entry.type === 'file' || (entry.type === 'deny' && readsFile(entry.entry));
}

/** Tells whether an entry can match principals that it does not name. */
function isWide(entry: AclEntry): boolean {
  return (
    entry.type === 'anyuser' ||
    entry.type === 'regex' ||
    (entry.type === 'deny' && isWide(entry.entry))
  );
}

function check(entry: AclEntry, principal: string): Verdict {
  const verdict = checkEntry(entry, principal);
  if (typeof verdict !== 'string') {
    throw new Error('an entry that names no file is checked at once');
  }
  return verdict;
}

function readEntries(file: Buffer): AclEntry[] {
  const entries: AclEntry[] = [];
  for (const { text, isInclude, line } of aclLines('acl', file)) {
    requireThat('a line has a number', Number.isInteger(line) && line > 0);
    entries.push(parseAclEntry(text, isInclude ? 'file' : 'princ'));
  }
  return entries;
}

export function fuzz(data: Buffer): void {
  const [name = Buffer.alloc(0), file = Buffer.alloc(0)] = splitPieces(data, 2);
  const principal = name.toString();
  const entries = unlessRefused([AclError], () => readEntries(file)) ?? [];
  for (const entry of entries.filter((each) => !readsFile(each))) {
    const verdict = unlessRefused([AclError], () => check(entry, principal));
    requireThat('only deny: denies', verdict !== 'denied' || entry.type === 'deny');
    requireThat('deny: never matches', verdict !== 'match' || entry.type !== 'deny');
    requireThat(
      'a principal that is not in the file is not matched',
      verdict === undefined ||
        verdict === 'no match' ||
        isWide(entry) ||
        file.includes(Buffer.from(principal)),
    );
  }
}
