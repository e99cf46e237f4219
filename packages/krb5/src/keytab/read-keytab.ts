/** Reads keytabs by their names. */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { readFileUpTo, systemErrorCode, unreadableReason } from '../file/read-file.js';
import { decodeKeytab } from './decode.js';
import type { Keytab } from './keytab.js';

/** Room for a hundred thousand keys. */
const MAX_KEYTAB_BYTES = 16 * 1024 * 1024;

/**
 * Returns the path of the keytab called `name`: `FILE:/path`, `WRFILE:/path` or `/path`. Throws
 * Krb5Error KRB5_KT_UNKNOWN_TYPE for every other type, KRB5_KT_BADNAME for a name without a path.
 */
export function locateKeytab(name: string): string {
  // A path may hold a colon, and a single letter before one is a drive.
  const [, type = 'FILE', path = name] = /^([^:/]{2,}|):(.*)$/s.exec(name) ?? [];
  if (type !== 'FILE' && type !== 'WRFILE') {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KT_UNKNOWN_TYPE,
      `the keytab ${name} is of type ${type || '(none)'}, which cannot be read here: use FILE:/path`,
    );
  }
  if (path === '') {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KT_BADNAME,
      `the keytab's name "${name}" has no path: use FILE:/path`,
    );
  }
  return path;
}

async function readUpTo(path: string): Promise<Buffer> {
  let bytes: Buffer | undefined;
  try {
    bytes = await readFileUpTo(path, MAX_KEYTAB_BYTES);
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === undefined) {
      throw cause;
    }
    const reason =
      code === 'ENOENT'
        ? 'does not exist: check its name, or make it with ktadd of kadmin'
        : code === 'EACCES' || code === 'EPERM'
          ? 'may not be read by this user: check its owner and mode'
          : `cannot be read: ${unreadableReason(code)}`;
    throw new Krb5Error(LocalErrorCode.KRB5_KT_IOERR, `the keytab ${path} ${reason}`, { cause });
  }
  if (bytes === undefined) {
    throw new Krb5Error(
      LocalErrorCode.KRB5_KT_FORMAT,
      `the keytab ${path} has more than ${MAX_KEYTAB_BYTES} bytes`,
    );
  }
  return bytes;
}

/**
 * Reads the keytab called `name`. Throws Krb5Error KRB5_KT_IOERR if the system refuses the file,
 * KRB5_KT_FORMAT if it is larger than 16 MiB, and as `locateKeytab` and `decodeKeytab` do.
 */
export async function readKeytab(name: string): Promise<Keytab> {
  const path = locateKeytab(name);
  const bytes = await readUpTo(path);
  try {
    return { path, ...decodeKeytab(bytes) };
  } catch (cause) {
    if (cause instanceof Krb5Error) {
      throw new Krb5Error(cause.code, `${path}: ${cause.message}`, { cause });
    }
    throw cause;
  }
}
