/** The suites: lists of cases that run together on one realm. */
import type { Case } from './case.js';
import { addressCases } from './cases/addresses.js';
import { badInputCases } from './cases/bad-input.js';
import { clientRunCases } from './cases/client-run.js';
import { commandCases } from './cases/commands.js';
import { cutCases } from './cases/cuts.js';
import { droppedCases } from './cases/dropped.js';
import { failureCodeCases } from './cases/failure-codes.js';
import { faultCases } from './cases/faults.js';
import { hostsCases } from './cases/hosts.js';
import { insideCases } from './cases/inside.js';
import { interfaceCases } from './cases/interfaces.js';
import { interruptCases } from './cases/interrupt.js';
import { nameCases } from './cases/names.js';
import { poolCases } from './cases/pool.js';
import { resourceCases } from './cases/resources.js';
import { shortageCases } from './cases/shortages.js';
import { stateCases } from './cases/state.js';
import { asCase } from './hostile/as-case.js';
import { hostileCases } from './hostile/index.js';

/** Each suite has its own matrix. */
export const suites = {
  /** What every backend does for its users. */
  conformance: [
    ...interfaceCases,
    ...commandCases,
    ...stateCases,
    ...interruptCases,
    ...clientRunCases,
    ...droppedCases,
    ...hostsCases,
    ...poolCases,
    ...insideCases,
    ...badInputCases,
    ...failureCodeCases,
  ],
  /** Names with several addresses, some of which lead nowhere. Needs `module`. */
  addresses: addressCases,
  /** The names of hosts, beside libremctl and the program `remctl`. Needs `module`. */
  names: nameCases,
  /** A process that runs out of descriptors. Needs `module`. */
  shortages: shortageCases,
  /** Connections leave nothing behind. Needs its own test file: it counts the whole process. */
  resources: resourceCases,
  /** A session whose bytes are cut, stalled, delayed, split or merged at an offset. */
  cuts: cutCases,
  /** Faults of KDCs, clocks, tickets, keytabs and remctld. */
  faults: faultCases,
  /** Servers that break the protocol before, during and after authentication. */
  hostile: hostileCases.map(asCase),
} as const satisfies Record<string, readonly Case[]>;

export type SuiteName = keyof typeof suites;
