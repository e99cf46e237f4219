/** The load of servers, for tools that run it in full. */
export { readLedger } from './ledger-file.js';
export { startLoadedRemctld } from './remctld.js';
export { formatServerReport } from './report.js';
export {
  type LoadedServer,
  runServerLoad,
  type ServerLoadOptions,
  type ServerLoadReport,
} from './run-server-load.js';
