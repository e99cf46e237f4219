import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';

/** Where in which file something stands. */
export interface FilePosition {
  readonly file: string;
  /** From 1; undefined for the file as a whole. */
  readonly line?: number | undefined;
}

/** KRB5_CONFIG_BADFORMAT: krb5.conf says what makes no sense. The message begins with `file:line: `. */
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
