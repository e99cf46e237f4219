/** Reads ~/.k5identity: which client goes to which server. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Krb5Error } from '../errors.js';
import { readFileUpTo, systemErrorCode } from '../file/read-file.js';
import { NameType, type Principal, parsePrincipal } from '../principal.js';
import { matchesGlob } from '../text/glob.js';

const FILE = '.k5identity';
/** Room for thousands of lines. */
const MAX_BYTES = 1024 * 1024;
/** libkrb5 reads lines of more bytes as several lines. */
const LINE_PIECES = /.{1,255}/gs;

/** A client that ~/.k5identity names for a server. */
export interface NamedIdentity {
  readonly client: Principal;
  /** The file. */
  readonly path: string;
}

/**
 * Returns the client of the first line in ~/.k5identity whose constraints `server` meets. HOME, else
 * the user database, says where `~` is. Undefined if there is no such line, or if the file cannot be
 * read (MIT Kerberos, ".k5identity").
 */
export async function namedIdentity(
  server: Principal,
  defaultRealm: string | undefined,
): Promise<NamedIdentity | undefined> {
  const path = join(homedir(), FILE);
  let text: string;
  try {
    text = (await readFileUpTo(path, MAX_BYTES))?.toString('utf8') ?? '';
  } catch (error) {
    if (systemErrorCode(error) === undefined) {
      throw error;
    }
    return undefined;
  }
  for (const line of text.split('\n').flatMap((each) => each.match(LINE_PIECES) ?? [])) {
    const client = clientOf(line, server, defaultRealm);
    if (client !== undefined) {
      return { client, path };
    }
  }
  return undefined;
}

function clientOf(
  line: string,
  server: Principal,
  defaultRealm: string | undefined,
): Principal | undefined {
  const [name = '', ...constraints] = line.split(/[ \t\r\n]+/).filter((word) => word !== '');
  if (name === '' || name.startsWith('#') || !constraints.every((each) => isMet(each, server))) {
    return undefined;
  }
  try {
    return parsePrincipal(name, { defaultRealm });
  } catch (error) {
    if (error instanceof Krb5Error) {
      return undefined;
    }
    throw error;
  }
}

/** Tells whether `server` meets a constraint. An unknown one is met by no server. */
function isMet(constraint: string, { components, realm, nameType }: Principal): boolean {
  const equals = constraint.indexOf('=');
  const pattern = constraint.slice(equals + 1);
  const [service = '', host = ''] = components;
  const isHostBased = nameType === NameType.KRB5_NT_SRV_HST && components.length >= 2;
  switch (equals === -1 ? '' : constraint.slice(0, equals)) {
    case 'realm':
      return matchesGlob(pattern, realm);
    case 'service':
      return isHostBased && matchesGlob(pattern, service);
    case 'host':
      return isHostBased && matchesGlob(pattern, host.toLowerCase());
    default:
      return false;
  }
}
