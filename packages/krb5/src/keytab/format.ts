/** The constants of the keytab file format. */

/** The first byte of every version. */
export const FORMAT = 5;
/** The second byte: in this version numbers are big-endian and names have types. */
export const VERSION = 2;
