/** The clients of others: what each can do, and what it must say. */
import { full, type Protocol, program, protocol1Answer, type Seen, simple } from './as-seen.js';
import type { Ability, Answer, Scenario } from './scenarios.js';

export interface ForeignClient {
  readonly name: string;
  readonly can: readonly Ability[];
  /** The program that runs its script, and the script's name in `clients/`. */
  readonly program: string;
  readonly script: string;
  readonly interface: 'simple' | 'full';
  /** Returns what the client says of an answer. */
  readonly sees: (answer: Answer, protocol: Protocol) => Seen;
}

const FULL: readonly Ability[] = ['nul', 'noop', 'time-out', 'long'];

const binding = (
  language: string,
  interpreter: string,
  script: string,
  exceptionText = (text: string) => text,
): readonly ForeignClient[] => [
  {
    name: `${language}, simple interface`,
    can: ['long'],
    program: interpreter,
    script,
    interface: 'simple',
    sees: simple(exceptionText),
  },
  {
    name: `${language}, full interface`,
    can: FULL,
    program: interpreter,
    script,
    interface: 'full',
    sees: full,
  },
];

/** Every client, by the paths of Debian: another interpreter of PATH lacks the binding. */
export const clients: readonly ForeignClient[] = [
  {
    name: 'the C program',
    can: ['time-out'],
    program: '/usr/bin/python3',
    script: 'program.py',
    interface: 'simple',
    sees: program,
  },
  // The binding takes the text for bytes, and shows them as Python does.
  ...binding('Python', '/usr/bin/python3', 'client.py', (text) => `b'${text}'`),
  ...binding('Perl', '/usr/bin/perl', 'client.pl'),
  ...binding('Ruby', '/usr/bin/ruby', 'client.rb'),
];

/** Returns whether a client plays a scenario in a protocol. */
export function plays(client: ForeignClient, scenario: Scenario, protocol: Protocol): boolean {
  const { needs = [], protocol1 } = scenario;
  return (
    needs.every((ability) => client.can.includes(ability)) &&
    (protocol === 2 || protocol1 !== 'none')
  );
}

/** Returns what a client must say of a scenario on a server. */
export function expectedOf(
  client: ForeignClient,
  scenario: Scenario,
  server: { readonly protocol: Protocol; readonly functions?: boolean },
): readonly Seen[] {
  const own = server.functions === true ? scenario.functions?.answers : undefined;
  const { protocol1 } = scenario;
  const answers =
    server.protocol === 1 && protocol1 !== undefined && protocol1 !== 'none'
      ? protocol1
      : (own ?? scenario.answers);
  return answers.map((answer) =>
    client.sees(server.protocol === 1 ? protocol1Answer(answer) : answer, server.protocol),
  );
}
