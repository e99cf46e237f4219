/** What the system says of a failure: its name, such as ECONNREFUSED, and its text. */
import { getSystemErrorMap } from 'node:util';

/** Where the system gives no name. */
const UNNAMED = 'EIO';

export interface SystemFailure {
  readonly code: string;
  /** As libc has it: `Connection refused`. */
  readonly text: string;
}

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
