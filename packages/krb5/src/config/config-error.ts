/** The error for krb5.conf, with file and line. */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';

/** A file, and a line in it. */
export interface FilePosition {
  readonly file: string;
  /** Counted from 1; undefined for the whole file. */
  readonly line?: number | undefined;
}

/**
 * The error KRB5_CONFIG_BADFORMAT: krb5.conf holds something that cannot be used. The message
 * begins with `file:line: ` if the position is known.
 */
export class Krb5ConfigError extends Krb5Error {
  readonly position: FilePosition | undefined;

  constructor(
    message: string,
    position?: FilePosition,
    details: { readonly cause?: unknown } = {},
  ) {
    const where = [position?.file, position?.line].filter((part) => part !== undefined).join(':');
    super(
      LocalErrorCode.KRB5_CONFIG_BADFORMAT,
      where === '' ? message : `${where}: ${message}`,
      details,
    );
    this.position = position;
  }
}
