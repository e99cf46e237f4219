/** The step `noop`: a message that every server of protocol 3 answers. */
import { RemctlUnsupportedError } from '@remctl/core';
import { type Finding, notTried, runStep } from '../run-step.js';
import type { Task } from '../task.js';

/** Sends a NOOP on the open connection, and closes it. */
export function checkNoop({ bounds, known }: Task) {
  const { client } = known;
  if (client === undefined) {
    return notTried('noop', 'the authentication has to succeed first');
  }
  const words = {
    late: 'no answer to a NOOP',
    advice: 'Look at the log of remctld on the server.',
  };
  return runStep('noop', bounds, words, async (signal): Promise<Finding<'noop'>> => {
    try {
      await client.noop({ signal });
      return { facts: ['the server answers; it speaks protocol 3'], details: { protocol: 3 } };
    } catch (error) {
      if (!(error instanceof RemctlUnsupportedError)) {
        throw error;
      }
      return { facts: [error.message], details: { protocol: undefined } };
    } finally {
      await client.close();
    }
  });
}
