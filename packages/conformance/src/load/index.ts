export { type LoadOptions, type LoadReport, runLoad } from './load.js';
export { formatReport } from './report.js';
