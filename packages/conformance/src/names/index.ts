/** Clients beside one another on a site's names, for the tests of the command. */
export { C_PROGRAM, comparable, runNames } from './compare.js';
export type { NamesClient, NamesJob, Run } from './run.js';
export { POOLS, STEADY_HOSTS } from './world.js';
