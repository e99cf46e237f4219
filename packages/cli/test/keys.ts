/** What a terminal sends for keys. */
export const ENTER = '\r';
export const TAB = '\t';
export const UP = '\u001b[A';
export const CTRL_A = '\u0001';
export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';
export const CTRL_Z = '\u001a';
export const CTRL_BACKSLASH = '\u001c';
