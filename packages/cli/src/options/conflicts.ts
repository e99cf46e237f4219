/** Which options go together, and which kind of run each goes with. */
import type { Mode } from './options.js';
import { UsageError } from './usage-error.js';

type Kind = Exclude<Mode['type'], 'print'>;

/** The kinds of runs that an option goes with, and how a message names them. */
interface Place {
  readonly kinds: readonly Kind[];
  readonly message: string;
}

const WITH_HOSTS: Place = {
  kinds: ['hosts'],
  message: 'goes with --hosts or --hosts-file',
};
const WITH_COMMAND: Place = { kinds: ['run', 'hosts'], message: 'goes with a command' };
const WITH_CONNECTION: Place = {
  kinds: ['run', 'hosts', 'shell', 'doctor'],
  message: 'goes with a host',
};

const PLACES: Readonly<Record<string, Place>> = {
  source: WITH_CONNECTION,
  debug: WITH_CONNECTION,
  port: WITH_CONNECTION,
  service: WITH_CONNECTION,
  t: WITH_CONNECTION,
  timeout: WITH_CONNECTION,
  backend: WITH_CONNECTION,
  ccache: WITH_CONNECTION,
  keytab: WITH_CONNECTION,
  client: WITH_CONNECTION,
  stdin: WITH_COMMAND,
  'arg-file': WITH_COMMAND,
  prompt: WITH_COMMAND,
  parallel: WITH_HOSTS,
  'fail-fast': WITH_HOSTS,
  'retry-unsent': WITH_HOSTS,
  group: WITH_HOSTS,
  json: WITH_CONNECTION,
};

/** Options of which a command line has one at most: each says what the command line asks for. */
const KINDS: Readonly<Record<string, Kind>> = {
  hosts: 'hosts',
  'hosts-file': 'hosts',
  discover: 'run',
  shell: 'shell',
  doctor: 'doctor',
  completion: 'completion',
};

/** Pairs that say the same thing twice. */
const EITHER: readonly (readonly [string, string, string])[] = [
  ['t', 'timeout', 'give -t or --timeout, not both'],
  ['ccache', 'keytab', 'give --ccache or --keytab, not both'],
];

/** Pairs of which the first needs the second. */
const NEEDS: readonly (readonly [string, string, string])[] = [
  ['keytab', 'client', '--keytab needs --client, the principal whose key it holds'],
  ['client', 'keytab', '--client needs --keytab, the file that holds its key'],
];

function optionName(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/**
 * Returns what a command line asks for. `given` has the names of its options.
 *
 * Throws UsageError if two options ask for different things, say the same thing twice, lack another one, or
 * would have no effect.
 */
export function kindOf(given: ReadonlySet<string>): Kind {
  const asked = Object.keys(KINDS).filter((name) => given.has(name));
  const [first = '', ...others] = asked;
  const kind = KINDS[first] ?? 'run';
  const other = others.find((name) => KINDS[name] !== kind);
  if (other !== undefined) {
    throw new UsageError(`give ${optionName(first)} or ${optionName(other)}, not both`);
  }
  for (const [one, two, message] of EITHER) {
    if (given.has(one) && given.has(two)) {
      throw new UsageError(message);
    }
  }
  for (const [one, needed, message] of NEEDS) {
    if (given.has(one) && !given.has(needed)) {
      throw new UsageError(message);
    }
  }
  for (const name of given) {
    const place = PLACES[name];
    if (place !== undefined && !place.kinds.includes(kind)) {
      throw new UsageError(`${optionName(name)} has no effect here: it ${place.message}`);
    }
  }
  return kind;
}
