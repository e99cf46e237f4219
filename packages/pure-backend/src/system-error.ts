/** The system's name and text of an error. */

import { getSystemErrorMap } from 'node:util';
import { isNativeError } from 'node:util/types';
import type { SystemFailure } from '@remctl/core/failures';

/** Stands for an error that the system has no name for. */
const UNNAMED = 'EIO';

/**
 * The C library's texts of the errors that a connection can have, as libremctl shows them. Node.js has other
 * texts for some: "host is unreachable", "file table overflow".
 */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'Permission denied'],
  ['EADDRINUSE', 'Address already in use'],
  ['EADDRNOTAVAIL', 'Cannot assign requested address'],
  ['EAFNOSUPPORT', 'Address family not supported by protocol'],
  ['EAI_AGAIN', 'Temporary failure in name resolution'],
  ['ECONNREFUSED', 'Connection refused'],
  ['ECONNRESET', 'Connection reset by peer'],
  ['EHOSTUNREACH', 'No route to host'],
  ['EINVAL', 'Invalid argument'],
  ['EMFILE', 'Too many open files'],
  ['ENETDOWN', 'Network is down'],
  ['ENETUNREACH', 'Network is unreachable'],
  ['ENFILE', 'Too many open files in system'],
  ['ENOBUFS', 'No buffer space available'],
  ['ENOMEM', 'Cannot allocate memory'],
  ['ENOTFOUND', 'Name or service not known'],
  ['EPERM', 'Operation not permitted'],
  ['EPIPE', 'Broken pipe'],
  ['ETIMEDOUT', 'Connection timed out'],
]);

/** Returns the system's name, such as ECONNREFUSED, and the C library's text: `Connection refused`. */
export function systemFailure(error: unknown): SystemFailure {
  if (!isNativeError(error)) {
    return { code: UNNAMED, text: UNNAMED };
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : UNNAMED;
  const errno = 'errno' in error && typeof error.errno === 'number' ? error.errno : undefined;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return { code, text: TEXTS.get(code) ?? known ?? code };
}
