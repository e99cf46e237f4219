/** What a line of a session asks for: a command of the server, or something of the session's own. */
import { type Begun, type Reading, readWords } from './shell-words.js';

/** A line of a session. */
export type SessionLine =
  | Reading
  /** `status` is undefined for that of the last command. */
  | { readonly type: 'leave'; readonly status: number | undefined }
  | { readonly type: 'help' }
  /** Nothing is to be sent; `message` says why. */
  | { readonly type: 'wrong'; readonly message: string };

const HIGHEST_STATUS = 255;
/** A backslash that begins a line begins a word of the session's own: no server's command is hidden. */
const OWN = /^[ \t]*\\(\S+)(?:[ \t]+(.*?))?[ \t\r]*$/;

/** The text for `\?`. */
export const SESSION_HELP = `Each line is a command for the server: account show jdoe. Quote as in a shell: 'a b', "a b", a\\ b.
  help          is the server's own help
  \\?            this text
  \\q [status]   leave, as Ctrl-D does
  Tab           completes commands that the server's help names
  Ctrl-C        clears the line, or ends the command that runs
A line that begins with a space is not kept in the history.
`;

/** Reads a line. A command that has begun goes on with it, whatever it says. */
export function readLine(line: string, begun: Begun | undefined): SessionLine {
  const own = begun === undefined ? OWN.exec(line) : null;
  if (own === null) {
    return readWords(line, begun);
  }
  const [, name = '', rest] = own;
  if (name === '?' && rest === undefined) {
    return { type: 'help' };
  }
  if (name !== 'q') {
    return { type: 'wrong', message: `there is no \\${name}; \\? helps` };
  }
  if (rest === undefined) {
    return { type: 'leave', status: undefined };
  }
  return /^\d{1,3}$/.test(rest) && Number(rest) <= HIGHEST_STATUS
    ? { type: 'leave', status: Number(rest) }
    : { type: 'wrong', message: `\\q takes a status from 0 to ${HIGHEST_STATUS}` };
}
