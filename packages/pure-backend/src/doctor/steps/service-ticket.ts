/** The step `service-ticket`: the ticket for the server. */
import { inspectServiceTicket } from '@remctl/krb5/doctor';
import { type Finding, notTried, runStep } from '../run-step.js';
import { credentialsOf, momentText, type Task } from '../task.js';

/** Gets the ticket as a context would. */
export function checkServiceTicket({ target, options, bounds, known }: Task) {
  const { config, credentials } = known;
  if (config === undefined || credentials === undefined) {
    return notTried('service-ticket', 'credentials have to be readable first');
  }
  let asked: string | undefined;
  const words = {
    late: 'the KDC gave no ticket for the server',
    advice: 'Check the KDCs above, and the network to them.',
  };
  const step = runStep(
    'service-ticket',
    bounds,
    words,
    async (signal): Promise<Finding<'service-ticket'>> => {
      const details = await inspectServiceTicket(
        {
          host: known.host,
          resolved: known.resolved,
          principal: target.principal ?? undefined,
          credentials: credentialsOf(options),
          config,
          signal,
        },
        (principal) => {
          asked = principal;
        },
      );
      known.hasServiceTicket = true;
      const { asked: names, server, isFromCache, etype, kvno, endtime } = details;
      const key = kvno === undefined ? etype : `${etype}, version ${kvno}`;
      return {
        details,
        facts: [
          `asked for ${names.join(', then ')}`,
          `ticket for ${server} ${isFromCache ? 'from the cache' : 'from the KDC'} until ${momentText(endtime)}`,
          `the server's key: ${key}`,
        ],
      };
    },
  );
  return step.then((done) =>
    done.outcome === 'failed' && asked !== undefined
      ? { ...done, facts: [`asked for ${asked}`] }
      : done,
  );
}
