/** Runs the pure backend's suites on other runtimes. */
export { runSuite, type SuiteOnRuntime, type SuiteResult } from './run-suite.js';
