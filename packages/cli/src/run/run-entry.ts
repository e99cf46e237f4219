/** One command on one server. */
export { runCommand } from './run-command.js';
