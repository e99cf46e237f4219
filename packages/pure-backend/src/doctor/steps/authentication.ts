/** The step `authentication`: the connection itself, by the backend. */
import { isNativeError } from 'node:util/types';
import {
  createClient,
  RemctlBackendError,
  RemctlError,
  RemctlInvalidTokenError,
  RemctlNetworkError,
  RemctlTimeoutError,
} from '@remctl/core';
import { krb5Advice } from '@remctl/krb5/doctor';
import { createPureBackend } from '../../backend.js';
import { foreignServer } from '../foreign-server.js';
import { type Finding, notTried, runStep } from '../run-step.js';
import { type Known, MS_PER_SECOND, type Task } from '../task.js';

/** What to do about a failure of the connection itself. */
function connectionAdvice(
  error: unknown,
  foreign: string | undefined,
  { hasServiceTicket }: Known,
): string | undefined {
  if (foreign !== undefined) {
    return `Give remctld's port with -p: ${foreign} listens on this one.`;
  }
  const cause = isNativeError(error) ? error.cause : undefined;
  const advice = krb5Advice(cause);
  if (advice !== undefined) {
    return advice;
  }
  if (error instanceof RemctlBackendError) {
    return 'Install what the message names, or choose another backend: the server was not asked.';
  }
  if (!hasServiceTicket && error instanceof RemctlError) {
    return 'Mend the steps above first: without a ticket, the server is not asked.';
  }
  if (error instanceof RemctlTimeoutError) {
    return 'The server takes connections and says nothing: look at its load, and at the log of remctld there.';
  }
  if (error instanceof RemctlNetworkError || error instanceof RemctlInvalidTokenError) {
    return 'The server ends the authentication: its log says why (remctld, syslog). Its keytab may lack the principal.';
  }
  return undefined;
}

/** Whether what the server did, or did not do, has failed: somebody else may listen there. */
const isOfServer = (error: unknown) =>
  [RemctlInvalidTokenError, RemctlNetworkError, RemctlTimeoutError].some(
    (each) => error instanceof each,
  );

/** Opens a client; if that fails, finds out who else listens there. */
export async function checkAuthentication(task: Task) {
  const { target, options, bounds, known } = task;
  const good = known.connections.find(({ failure }) => failure === undefined);
  if (good === undefined) {
    return notTried('authentication', 'a connection has to be made first');
  }
  const words = {
    late: `${known.host} did not authenticate itself`,
    advice:
      'Look at the log of remctld on the server: its keytab may lack the principal, or hold an older key (ktadd).',
  };
  // The backend notices silence by itself, with its own words.
  const own = { ...bounds, timeoutMs: bounds.timeoutMs * 2 };
  let failure: unknown;
  const step = await runStep(
    'authentication',
    own,
    words,
    async (signal): Promise<Finding<'authentication'>> => {
      const { backend, signal: _, ...clientOptions } = options;
      try {
        const client = await createClient(backend ?? createPureBackend(), {
          ...clientOptions,
          timeout: bounds.timeoutMs / MS_PER_SECOND,
        });
        await client.open({ ...target, signal });
        known.client = client;
        const details = { backend: client.backend };
        return {
          facts: [`both sides have authenticated, by the backend ${client.backend}`],
          details,
        };
      } catch (error) {
        failure = error;
        throw error;
      }
    },
  );
  if (step.outcome !== 'failed') {
    return step;
  }
  const foreign = isOfServer(failure)
    ? await foreignServer(good.address, good.port, bounds.signal)
    : undefined;
  const advice = connectionAdvice(failure, foreign, known) ?? step.advice;
  const facts = foreign === undefined ? [] : [`${foreign} answers on port ${good.port}`];
  return { ...step, facts, ...(advice === undefined ? {} : { advice }) };
}
