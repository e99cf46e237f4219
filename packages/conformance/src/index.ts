/** The suites for backends, and what test files need to run them. */
/// <reference types="node" preserve="true" />
export type {
  BackendModule,
  Case,
  CaseContext,
  CaseDeclaration,
  Comparison,
  Difference,
} from './case.js';
export { type ConformanceOptions, conformance, type Outcome } from './conformance.js';
export type { Declarations } from './declarations.js';
export type { Ending } from './ending.js';
export { ANSWERED, unauthenticated } from './hostile/endings.js';
export { loadInSmall } from './load/small-load.js';
export { startRealmForFile, useRealmForFile } from './realm-for-file.js';
export { startRealmHere } from './realm-here.js';
export { type RunCasesOptions, runCases } from './run-without-vitest.js';
export { type SuiteName, suites } from './suites.js';
