// The job's settings, from the environment and the command line.
import { accessSync, constants } from 'node:fs';

const TIMEOUT_S = 300;
const TRIES = 5;
const PAUSE_S = 10;

/**
 * @typedef {object} Settings
 * @property {import('@remctl/core').Target} target
 * @property {import('@remctl/core').ClientOptions} clientOptions
 * @property {readonly string[]} command
 * @property {number} tries
 * @property {number} pause seconds before the second try
 */

/**
 * Reads the settings.
 *
 * Throws an Error that names the setting that is missing or wrong.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} command
 * @returns {Settings}
 */
export function readSettings(env, command) {
  const { REMCTL_HOST: host, REMCTL_PORT, REMCTL_PRINCIPAL: principal } = env;
  if (host === undefined || command.length === 0) {
    throw new Error('give the command as arguments, and the server as REMCTL_HOST');
  }
  return {
    target: { host, port: REMCTL_PORT === undefined ? undefined : Number(REMCTL_PORT), principal },
    clientOptions: { timeout: number(env, 'TIMEOUT', TIMEOUT_S), ...credentials(env) },
    command,
    tries: number(env, 'TRIES', TRIES),
    pause: number(env, 'PAUSE', PAUSE_S),
  };
}

/**
 * Returns the options of the keytab. Without JOB_KEYTAB Kerberos's own variables decide: KRB5_CLIENT_KTNAME,
 * KRB5CCNAME.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function credentials({ JOB_KEYTAB: keytab, JOB_PRINCIPAL: clientPrincipal }) {
  if (keytab === undefined) {
    return {};
  }
  if (clientPrincipal === undefined) {
    throw new Error('JOB_PRINCIPAL is missing: the principal of the key in JOB_KEYTAB');
  }
  // A keytab that cannot be read stays so: it is no failure that passes.
  accessSync(keytab, constants.R_OK);
  return { keytab, clientPrincipal };
}

/** @param {NodeJS.ProcessEnv} env @param {string} name @param {number} usual */
function number(env, name, usual) {
  const value = Number(env[name] ?? usual);
  if (!(value > 0)) {
    throw new Error(`${name} must be a number above 0, not ${env[name]}`);
  }
  return value;
}
