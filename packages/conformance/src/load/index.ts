/** The load, for tools that run it in full. */
export { formatReport } from './report.js';
export { type LoadOptions, type LoadReport, runLoad } from './run-load.js';
