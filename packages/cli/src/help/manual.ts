/** The prose of the man page: all but the options. */

/** A paragraph, lines to type, or terms with what they mean. */
export type Block =
  | string
  | { readonly code: readonly string[] }
  | { readonly terms: readonly (readonly [term: string, meaning: string])[] };

/** One section of the man page. */
export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** The day on which the words below were last changed: the page's date, so that each build is the same. */
export const MANUAL_DATE = '2026-11-26';

export const BEFORE_OPTIONS: readonly Section[] = [
  {
    title: 'DESCRIPTION',
    blocks: [
      'remctl runs a command on a server that runs remctld, and shows its output. It does not interpret the command. The server defines the commands that there are, and who may run each.',
      'Kerberos proves the identity of both sides and encrypts all that is sent. A ticket of kinit is needed, or a keytab: see --keytab.',
      'host names the server. command and subcommand name the command in the configuration of the server. parameters are the further arguments of the command.',
      'Options end at the first argument that is no option. What follows goes to the server, also if it begins with a hyphen.',
    ],
  },
];

export const AFTER_OPTIONS: readonly Section[] = [
  {
    title: 'ARGUMENTS FROM ELSEWHERE',
    blocks: [
      'Everybody on a machine can read the command lines of its processes. --stdin, --arg-file and --prompt give arguments that no command line shows. Their bytes are sent as they are: line feeds stay.',
      'Arguments are counted as in remctl.conf: the command is 0, the subcommand is 1. --arg-file 2=PATH makes the content of PATH the third argument. The answers of --prompt come after the arguments of the command line, in the order of the options. The content of standard input is always last.',
      '--prompt reads the terminal, not standard input. It asks twice and compares the answers.',
    ],
  },
  {
    title: 'SEVERAL HOSTS',
    blocks: [
      '--hosts and --hosts-file run one command on each of many hosts. No host stands before the command then.',
      { code: ["remctl --hosts 'web[01-20].example.org,db1' --parallel 10 service reload"] },
      'Each line of output begins with the host. --group prints the output of each host whole, at the end of the host. A summary at the end says what is known of each host: ran, failed, not sent, or unknown. Unknown means that the connection was lost after the command was sent: the command may have run.',
      'A command that may have run is never sent again. --retry-unsent tries hosts again that the command did not reach.',
      'After Ctrl-C the summary says which hosts ended, which were never begun, and which are unknown.',
    ],
  },
  {
    title: 'SESSION',
    blocks: [
      "remctl --shell HOST opens one connection and reads one command a line. Words are quoted as in a shell. The exclamation mark has no meaning of its own. Tab completes the commands that the server tells of in its help. A line that begins with a backslash is the session's own: \\q [status] leaves, \\? helps.",
      'While the session is idle it keeps the connection alive. If the connection is lost, the session says so and opens another one. It never sends a command twice. Ctrl-C ends the connection of the command that runs; the command may go on at the server.',
      'If standard input is no terminal, each line of it is a command, and the exit status is that of the last one.',
      'A line that begins with a space is not kept in the history. Begin lines with secrets so.',
    ],
  },
  {
    title: 'DOCTOR',
    blocks: [
      'remctl --doctor HOST checks each step to a server: the name, the addresses, the connection, krb5.conf, the cache or the keytab, the ticket, the clock, the KDCs, the authentication, and the server itself. It shows the time of each step, and says what to do about the step that failed.',
    ],
  },
  {
    title: 'JSON OUTPUT',
    blocks: [
      'With --json remctl prints one JSON object a line and nothing else on standard output. Errors are objects too: they have a class, a code if the server sent one, and what is known of the command. The README of the package @remctl/cli lists the members of each object.',
    ],
  },
  {
    title: 'EXIT STATUS',
    blocks: [
      {
        terms: [
          ['0-255', 'The exit status of the remote command.'],
          ['255', 'The server answered with an error, which is printed on standard error.'],
          ['1', 'Anything else went wrong: standard error says what.'],
        ],
      },
      'With --hosts the status is 0 if the command ended with status 0 on every host. A program that a signal ended has no status: a shell reports 128 and the number of the signal.',
    ],
  },
  {
    title: 'ENVIRONMENT',
    blocks: [
      {
        terms: [
          ['KRB5CCNAME', 'The credential cache. --ccache is stronger.'],
          ['KRB5_CLIENT_KTNAME', 'The keytab that gets tickets where the cache has none.'],
          ['KRB5_CONFIG', 'The configuration of Kerberos. Colons part several files.'],
          ['KRB5_TRACE', 'A file to which the steps of Kerberos are appended.'],
          ['NO_COLOR', 'Any value but the empty one turns colours off.'],
          ['REMCTL_BACKEND', 'The backend: pure or native. --backend is stronger.'],
          ['REMCTL_HISTORY', 'The file with the history of --shell. The empty value keeps none.'],
          ['XDG_STATE_HOME', 'The folder of remctl/history, instead of ~/.local/state.'],
        ],
      },
    ],
  },
  {
    title: 'FILES',
    blocks: [
      {
        terms: [
          ['/etc/krb5.conf', 'The configuration of Kerberos.'],
          ['~/.k5identity', 'Which client goes to which server, in a collection of caches.'],
          ['/tmp/krb5cc_UID', 'The credential cache of the user, where nothing names another.'],
          ['~/.local/state/remctl/history', 'The lines of earlier sessions of --shell.'],
        ],
      },
    ],
  },
];

export const AFTER_EXAMPLES: readonly Section[] = [
  {
    title: 'DIFFERENCES FROM THE C CLIENT',
    blocks: [
      'The options -b, -d, -h, -p, -s, -t and -v, the output and the exit statuses are those of remctl 3.18. These differ on purpose:',
      {
        terms: [
          ['-d', 'It shows no argument and no output of the command, and has texts of its own.'],
          [
            '-h',
            'It prints the usage of the C client, and then the options that the C client lacks.',
          ],
          [
            'Messages',
            'Control characters in a message appear as \\x1b or \\u202e, so that nobody else commands the terminal. The output of the command passes byte for byte.',
          ],
        ],
      },
      'The README of the package @remctl/cli has the whole list.',
    ],
  },
];

/** The pages to read next. */
export const SEE_ALSO: readonly (readonly [page: string, section: number])[] = [
  ['kinit', 1],
  ['klist', 1],
  ['krb5.conf', 5],
  ['remctld', 8],
];
