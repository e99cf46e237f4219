/** What differs from the C client on purpose, and why. */

/** Which of the three differ, and what both standard errors begin with all the same. */
export interface Difference {
  /** The reason, as the README's list has it. */
  readonly reason: string;
  readonly stdout?: 'differs';
  readonly status?: 'differs';
  /** What both begin with; '' if ours says more, or something else from the first letter on. */
  readonly stderr?: string;
}

const CONTEXT = 'remctl: GSS-API error initializing context: ';

export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  help: {
    reason:
      '`-h` shows every option. After a wrong use the text is the one of the C client, and names `--help`.',
    stdout: 'differs',
  },
  version: { reason: "`-v` prints this program's version.", stdout: 'differs' },
  long: {
    reason:
      'Options with two dashes are options. The C client takes the second dash for a letter that it does not know.',
    stdout: 'differs',
    status: 'differs',
    stderr: '',
  },
  letters: {
    reason:
      'A wrong option that is no ASCII letter is named whole; the C client names its first byte.',
    stderr: "remctl: invalid option -- '",
  },
  debug: {
    reason:
      '`-d` says on standard error what remctl does, without arguments and output. The C client says nothing.',
    stderr: '',
  },
  family: {
    reason:
      'With `-b`, a host that has no address of that family is told so. The C client says `Invalid argument`.',
    stderr: 'remctl: ',
  },
  gss: {
    reason:
      'After `GSS-API error initializing context: ` the reason is told in other words: who refused, for whom, ' +
      'and what to do.',
    stderr: CONTEXT,
  },
  'no principal': {
    reason: "`-s ''` is refused before a connection is made. The C client asks the KDC for it.",
    stderr: 'remctl: ',
  },
  'protocol 1': {
    reason:
      'A command that is too long for protocol 1 is refused before it is sent, and the sizes are named.',
    stderr: 'remctl: ',
  },
  full: {
    reason:
      'Output that cannot be written, as on a full disk, gives a message and status 1 if the status of the command ' +
      'is 0. The C client has no message for less than 4 KB, and status 0.',
    status: 'differs',
    stderr: '',
  },
  arrival: {
    reason:
      'Output is written as it arrives. The C client keeps standard output in a buffer, so that `2>&1` changes the ' +
      'order of the two streams.',
    stdout: 'differs',
  },
  nothing: {
    reason:
      'An answer without output is no fault. The C client says `local write of command output failed` for an empty ' +
      'output or error text, as protocol 1 has it.',
    stderr: '',
  },
  controls: {
    reason:
      "Control characters in messages, also in a server's error text, appear as `\\x1b` or `\\u202e`. Line feeds " +
      'and tabs stay, and output passes byte for byte.',
    stderr: 'a',
  },
  reset: {
    reason:
      'A connection that was reset is told as `Connection reset by peer`; the C client says `unexpected end of file`.',
    stderr: 'remctl: error reading from server: error receiving token: ',
  },
};
