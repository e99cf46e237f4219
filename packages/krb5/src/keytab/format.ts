/** The constants of the keytab file format. */

/** The first byte of every version. */
export const FORMAT = 5;
/** The second byte: numbers are big-endian, names have types. */
export const VERSION = 2;
