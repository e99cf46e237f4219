/** The system's name and text of an error. */
import { getSystemErrorMap } from 'node:util';
import type { SystemFailure } from '@remctl/core/failures';

/** Stands for an error that the system has no name for. */
const UNNAMED = 'EIO';

/** Returns the system's name, such as ECONNREFUSED, and the C library's text: `Connection refused`. */
export function systemFailure(error: unknown): SystemFailure {
  if (!(error instanceof Error)) {
    return { code: UNNAMED, text: UNNAMED };
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : UNNAMED;
  const errno = 'errno' in error && typeof error.errno === 'number' ? error.errno : undefined;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  if (known === undefined) {
    return { code, text: code };
  }
  return { code, text: `${known.charAt(0).toUpperCase()}${known.slice(1)}` };
}
