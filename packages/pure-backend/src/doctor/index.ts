/** `@remctl/pure-backend/doctor`: says which step to a server fails, and what to do about it. */
/// <reference types="node" preserve="true" />
export { diagnose } from './diagnose.js';
export {
  type ConnectionReport,
  type DiagnosisStep,
  type StepDetails,
  type StepName,
  type StepOutcome,
  type Verdict,
  verdictOf,
} from './diagnosis.js';
export type { DiagnoseOptions } from './task.js';
