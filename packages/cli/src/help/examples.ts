/** The examples of --help and the man page. */

/** An invocation, and what it does. */
interface Example {
  /** At most 76 columns: --help prints it with a margin. */
  readonly command: string;
  /** A whole sentence. */
  readonly does: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    command: 'remctl server.example.org account show jdoe',
    does: 'Runs a command with the ticket that kinit got.',
  },
  {
    command: 'remctl --keytab /etc/app.keytab --client app/www server.example.org status',
    does: 'Runs a command from a service that has a keytab and no ticket.',
  },
  {
    command: "remctl --prompt 'New password' server.example.org password set jdoe",
    does: 'Asks for the last argument, so that ps and the history do not show it.',
  },
  {
    command: "remctl --hosts 'web[01-20].example.org' --parallel 5 service reload",
    does: 'Runs a command on twenty hosts, on five of them at a time.',
  },
  {
    command: 'remctl --json server.example.org status | jq -r .type',
    does: 'Prints the answer for a program that reads JSON.',
  },
  {
    command: 'remctl --doctor server.example.org',
    does: 'Finds out why a command does not run.',
  },
];
