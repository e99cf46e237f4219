/** Names of hosts: which machine is reached, and which principal is asked for. */
import { expect } from 'vitest';
import type { Case } from '../case.js';
import { C_LIBRARY, C_PROGRAM, comparable, libraryClient, runNames } from '../names/compare.js';
import type { Run } from '../names/run.js';
import { POOLS, STEADY_HOSTS } from '../names/world.js';

/** Opens of each name that leads to several machines. */
const ROUNDS = 20;
/** Milliseconds: a case runs some 200 commands. */
const TIMEOUT_MS = 120_000;

interface Policy {
  readonly dnsCanonicalize: 'true' | 'false' | 'fallback';
  readonly rdns: boolean;
  /** Whether the client makes names canonical by itself. */
  readonly canonicalize: boolean;
}

const POLICIES: readonly Policy[] = (['false', 'true', 'fallback'] as const).flatMap(
  (dnsCanonicalize) =>
    [false, true].flatMap((rdns) =>
      [false, true].map((canonicalize) => ({ dnsCanonicalize, rdns, canonicalize })),
    ),
);

/** Which of the names that lead to several machines must succeed each time. */
function pools({ dnsCanonicalize, rdns, canonicalize }: Policy): readonly string[] {
  const byKrb5Conf = dnsCanonicalize !== 'false';
  const { alias, addresses, half } = POOLS;
  return [
    ...(canonicalize || byKrb5Conf ? [alias] : []),
    // Only the name of the address tells these machines apart.
    ...(byKrb5Conf && rdns ? [addresses, half] : []),
  ];
}

/** Returns for each host how often a machine answered. */
function successes(runs: readonly Run[], hosts: readonly string[]) {
  return hosts.map((host) => {
    const answered = runs.filter((run) => run.host === host && run.machine !== undefined);
    return `${host}: ${answered.length}`;
  });
}

const needsModule = () =>
  new Error('this suite needs the option `module`: it runs in a network of its own');

const libdefaults = ({ dnsCanonicalize, rdns }: Policy) => [
  `dns_canonicalize_hostname = ${dnsCanonicalize}`,
  `rdns = ${rdns}`,
];

const rounds = (hosts: readonly string[]) =>
  hosts.flatMap((host) => Array<string>(ROUNDS).fill(host));

const allOf = (hosts: readonly string[]) => hosts.map((host) => `${host}: ${ROUNDS}`);

function caseOf(policy: Policy): Case {
  const { dnsCanonicalize, rdns, canonicalize } = policy;
  const client = canonicalize ? 'canonicalize' : 'as-given';
  return {
    id: `names/${dnsCanonicalize}-${rdns ? 'rdns' : 'no-rdns'}-${client}`,
    title: `with dns_canonicalize_hostname = ${dnsCanonicalize} and rdns = ${rdns}, ${
      canonicalize
        ? 'a client that makes names canonical is the same as the program remctl'
        : 'a client is the same as libremctl'
    }`,
    notInProtocol1: 'the cases of protocol 1 are names/protocol-1-…',
    timeoutMs: TIMEOUT_MS,
    async run({ module }) {
      if (module === undefined) {
        throw needsModule();
      }
      const succeed = pools(policy);
      const steadyHosts = STEADY_HOSTS.filter((host) => !module.withoutHosts?.includes(host));
      const hosts = [...steadyHosts, ...rounds(succeed)];
      const [reference = [], ours = []] = await runNames({
        libdefaults: libdefaults(policy),
        hosts,
        clients: [canonicalize ? C_PROGRAM : C_LIBRARY, libraryClient(module, canonicalize)],
      });
      const steady = (runs: readonly Run[]) => runs.slice(0, steadyHosts.length).map(comparable);
      expect(steady(ours)).toEqual(steady(reference));
      expect(successes(ours, succeed)).toEqual(allOf(succeed));
    },
  };
}

/** In protocol 1 each command opens a connection: the same rules hold for each. */
function caseOfProtocol1(canonicalize: boolean): Case {
  const policy: Policy = {
    dnsCanonicalize: canonicalize ? 'false' : 'true',
    rdns: true,
    canonicalize,
  };
  return {
    id: `names/protocol-1-${canonicalize ? 'canonicalize' : 'as-given'}`,
    title: 'names that lead to several machines succeed each time, and for each command',
    timeoutMs: TIMEOUT_MS,
    async run({ module }) {
      if (module === undefined) {
        throw needsModule();
      }
      const succeed = pools(policy);
      const [ours = []] = await runNames({
        libdefaults: libdefaults(policy),
        hosts: rounds(succeed),
        protocol: 1,
        clients: [libraryClient(module, canonicalize)],
      });
      expect(successes(ours, succeed)).toEqual(allOf(succeed));
    },
  };
}

export const nameCases: readonly Case[] = [
  ...POLICIES.map(caseOf),
  ...[false, true].map(caseOfProtocol1),
];
