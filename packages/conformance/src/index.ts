/** The suites for backends, and what test files need to run them. */
export type { BackendModule, Case, CaseContext, Comparison } from './case.js';
export { type ConformanceOptions, conformance, type Outcome } from './conformance.js';
export type { CaseDeclaration, Declarations, Difference } from './declarations.js';
export { declarationFaults } from './declarations.js';
export { ANSWERED, type Ending, unauthenticated } from './hostile/endings.js';
export { loadInSmall } from './load/small-load.js';
export { startRealmForFile, useRealmForFile } from './realm-for-file.js';
export { startRealmHere } from './realm-here.js';
export { type RunCasesOptions, runCases } from './run-without-vitest.js';
export { type SuiteName, suites } from './suites.js';
