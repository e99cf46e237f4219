/** Every option: the parser, --help, the man page and the completions are made from this table. */

/** What a shell may complete an option's value with. */
export type ValueKind =
  | { readonly type: 'text' }
  | { readonly type: 'file' }
  | { readonly type: 'host' }
  | { readonly type: 'words'; readonly words: readonly string[] };

/** The value of an option. */
export interface OptionValue {
  /** The value's name in the usage, such as `port`. */
  readonly name: string;
  readonly kind: ValueKind;
}

/** One option. */
export interface OptionEntry {
  /** The letter, such as `p` for -p; undefined if there is none. */
  readonly short?: string;
  /** The long name, such as `port` for --port; undefined if there is none. */
  readonly long?: string;
  readonly value?: OptionValue;
  /** Whether the option may be given several times. */
  readonly repeated?: boolean;
  /** The usage's line. */
  readonly help: string;
  /** The man page's paragraph: whole sentences. */
  readonly man: string;
}

/** Options under one heading. */
export interface OptionGroup {
  readonly heading: string;
  readonly options: readonly OptionEntry[];
}

const text = (name: string): OptionValue => ({ name, kind: { type: 'text' } });
const file = (name: string): OptionValue => ({ name, kind: { type: 'file' } });
const words = (name: string, ...list: string[]): OptionValue => ({
  name,
  kind: { type: 'words', words: list },
});

export const OPTION_TABLE: readonly OptionGroup[] = [
  {
    heading: 'As the C client',
    options: [
      {
        short: 'b',
        long: 'source',
        value: text('source'),
        help: 'Source IP used for outgoing connections',
        man: 'Connects from this IPv4 or IPv6 address.',
      },
      {
        short: 'd',
        long: 'debug',
        help: 'Debugging level of output',
        man: 'Says on standard error what remctl does. No argument and no output of the command is shown.',
      },
      {
        short: 'h',
        long: 'help',
        help: 'Display this help',
        man: 'Prints the usage and ends with status 0.',
      },
      {
        short: 'p',
        long: 'port',
        value: text('port'),
        help: 'remctld port (default: 4373 falling back to 4444)',
        man: "The server's port. By default 4373 is tried, then 4444.",
      },
      {
        short: 's',
        long: 'service',
        value: text('service'),
        help: 'remctld service principal (default: host/<host>)',
        man: "The server's principal. By default it is host/ and the host's canonical name.",
      },
      {
        short: 't',
        value: text('timeout'),
        help: 'Timeout in seconds (default: 0, disable timeout)',
        man: 'The whole number of seconds that the server may be silent. 0, the default, sets no limit, and neither does a number of more than 24 days.',
      },
      {
        short: 'v',
        long: 'version',
        help: 'Display the version of remctl',
        man: 'Prints the version and ends with status 0.',
      },
    ],
  },
  {
    heading: 'Connection',
    options: [
      {
        long: 'backend',
        value: words('name', 'pure', 'native'),
        help: 'pure or native (default: $REMCTL_BACKEND, else pure)',
        man: 'The backend that connects: pure is TypeScript alone, native uses libremctl.',
      },
      {
        long: 'timeout',
        value: text('duration'),
        help: 'As -t, with a unit or a fraction: 500ms, 1.5s, 2m',
        man: 'The time that the server may be silent, such as 500ms, 1.5s, 2m or 1h. A number without a unit counts seconds.',
      },
      {
        long: 'ccache',
        value: text('cache'),
        help: 'Credential cache (default: as KRB5CCNAME and krb5.conf say)',
        man: 'The credential cache to use, such as FILE:/run/app/krb5cc.',
      },
      {
        long: 'keytab',
        value: file('file'),
        help: 'Get tickets with a key of this keytab; needs --client',
        man: 'A keytab whose key gets the tickets. No kinit is needed. It goes with --client, and with the backend pure: libremctl takes no keytab.',
      },
      {
        long: 'client',
        value: text('principal'),
        help: 'The principal to be, with --keytab',
        man: 'The principal whose key in the keytab serves.',
      },
      {
        long: 'discover',
        value: text('domain'),
        help: 'Find the server by the SRV records _remctl._tcp.<domain>',
        man: 'Takes the server from the SRV records _remctl._tcp of this domain, in the order of RFC 2782, instead of a host on the command line. The next server is tried only if nothing was sent.',
      },
    ],
  },
  {
    heading: 'Arguments from elsewhere',
    options: [
      {
        long: 'stdin',
        help: 'Standard input is the last argument, byte for byte',
        man: 'Reads standard input to its end and sends it as the last argument, byte for byte, a line feed at the end included. The command has at most 100 MiB.',
      },
      {
        long: 'arg-file',
        value: file('N=path'),
        repeated: true,
        help: 'The content of a file is argument N (the command is 0)',
        man: 'Sends the content of a file as argument N, byte for byte. Arguments are counted as in remctl.conf: the command is 0, the subcommand is 1. Files take their positions from the lowest on, after the answers to --prompt were added.',
      },
      {
        long: 'prompt',
        value: text('text'),
        repeated: true,
        help: 'Ask twice at the terminal, without echo, for the next argument',
        man: 'Asks at the terminal for one more argument, twice and without echo, until two answers agree, three times at most. Standard input is left alone.',
      },
    ],
  },
  {
    heading: 'Several hosts',
    options: [
      {
        long: 'hosts',
        value: { name: 'list', kind: { type: 'host' } },
        repeated: true,
        help: 'Hosts with commas and ranges: a,web[01-20].example.org',
        man: 'Runs the command on each of these hosts. Commas part them; web[01-20].example.org and web[1,3-5] stand for several. With --hosts-file it may be repeated; a host that is named again runs once. Each line of output has its host before it. A summary on standard error says how many hosts ran, failed, were not sent the command, are unknown and were not begun. The exit status is 0 if every host ended with status 0, else 1.',
      },
      {
        long: 'hosts-file',
        value: file('path'),
        repeated: true,
        help: 'A file with hosts: one or more a line, # begins a comment',
        man: 'Reads hosts from a file, one or more a line, in the form of --hosts; # begins a comment. - is standard input, and does not go with --stdin.',
      },
      {
        long: 'parallel',
        value: text('number'),
        help: 'Hosts at the same time (default: 32)',
        man: 'The number of hosts that are worked on at the same time: 1 to 10,000. The default is 32.',
      },
      {
        long: 'fail-fast',
        help: 'Begin no further host after the first failure',
        man: 'After the first host that does not end with status 0, no other host is begun. Hosts that are under way go on to their end.',
      },
      {
        long: 'retry-unsent',
        value: text('number'),
        help: 'Further tries of a host while nothing was sent (default: 0)',
        man: 'How often a host is tried again if the network failed or was silent and the command was not sent. The pauses grow. A command that was sent is never sent again.',
      },
      {
        long: 'group',
        help: "Print each host's output whole, at its end",
        man: "Prints each host's output whole when the host has ended, under a header with the host, instead of line by line with the host before it.",
      },
    ],
  },
  {
    heading: 'Other',
    options: [
      {
        long: 'json',
        help: 'Print one JSON object a line',
        man: 'Prints one JSON object a line on standard output, each with its type and the time in UTC. An output object has the stream (stdout or stderr) and the data, as text if it is UTF-8, else in base64 with an encoding field that says so. A status object has the status. An error object has the class, the message, the code and its name, the phase of the network, the signal, each where there is one, and commandState: not-sent, unknown or finished. A wrong command line is an error object too. The exit status is the same as without --json.',
      },
      {
        long: 'shell',
        help: 'remctl --shell <host>: a session on one connection',
        man: 'Begins a session on one connection to the host: each line is a command.',
      },
      {
        long: 'doctor',
        help: 'remctl --doctor <host>: check each step to the server',
        man: 'Checks each step to the server, from its name to a NOOP, and says what to do about the one that fails.',
      },
      {
        long: 'completion',
        value: words('shell', 'bash', 'zsh', 'fish'),
        help: 'Print the completion script for bash, zsh or fish',
        man: 'Prints the completion script for a shell.',
      },
    ],
  },
];
