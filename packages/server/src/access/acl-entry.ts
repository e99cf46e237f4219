/** Parses one entry of an access control list. */
import { RegexError } from './regex/expression.js';
import { compileRegex } from './regex/posix-regex.js';

/** An entry, or a file of entries, is wrong. The message is for the server's operator. */
export class AclError extends Error {
  override readonly name: string = 'AclError';
}

export type AclEntry =
  | { readonly type: 'anyuser'; readonly anonymousToo: boolean }
  | { readonly type: 'princ'; readonly principal: string }
  | { readonly type: 'deny'; readonly entry: AclEntry }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'regex'; readonly matches: (principal: string) => boolean };

/** The method of an entry that names none: `file` in remctl.conf, `princ` in an ACL file and after `deny:`. */
export type DefaultMethod = 'file' | 'princ';

/** Characters of an entry, at most: as many as a line of an ACL file may have. */
const MAX_LENGTH = 8_192;

const UNSUPPORTED_METHODS = ['gput', 'pcre', 'localgroup'];

function parseAnyuser(data: string): AclEntry {
  if (data !== 'auth' && data !== 'anonymous') {
    throw new AclError(
      `there is no anyuser:${data}: write anyuser:auth for every user with a ticket, or anyuser:anonymous for ` +
        'anonymous users too',
    );
  }
  return { type: 'anyuser', anonymousToo: data === 'anonymous' };
}

function parseRegex(data: string): AclEntry {
  try {
    return { type: 'regex', matches: compileRegex(data) };
  } catch (error) {
    if (error instanceof RegexError) {
      const message = `the regular expression ${data} cannot be used: ${error.message}`;
      throw new AclError(message, { cause: error });
    }
    throw error;
  }
}

/**
 * Parses `[method:]data` (remctld(8), "acl"). Throws AclError if the method does not exist or is not supported,
 * or if it does not take the data.
 */
export function parseAclEntry(text: string, defaultMethod: DefaultMethod): AclEntry {
  if (text.length > MAX_LENGTH) {
    throw new AclError(`it has ${text.length} characters; at most ${MAX_LENGTH} are supported`);
  }
  const entry = text === 'ANYUSER' ? 'anyuser:auth' : text;
  const colon = entry.indexOf(':');
  const method = colon < 0 ? defaultMethod : entry.slice(0, colon);
  const data = entry.slice(colon + 1);
  switch (method) {
    case 'anyuser':
      return parseAnyuser(data);
    case 'princ':
      return { type: 'princ', principal: data };
    case 'deny':
      return { type: 'deny', entry: parseAclEntry(data, 'princ') };
    case 'file':
      return { type: 'file', path: data };
    case 'regex':
      return parseRegex(data);
    default:
      throw new AclError(
        UNSUPPORTED_METHODS.includes(method)
          ? `the method ${method} is not supported: this server has anyuser, princ, deny, file and regex`
          : `there is no method ${method}: write anyuser:, princ:, deny:, file: or regex:`,
      );
  }
}
