/** The step `credentials`: the cache, the keytab or the password. */
import { type CredentialsReport, inspectCredentials } from '@remctl/krb5/doctor';
import { type Finding, notTried, runStep } from '../run-step.js';
import {
  credentialsOf,
  MS_PER_SECOND,
  momentText,
  NOTABLE_DIFFERENCE_MS,
  type Task,
} from '../task.js';

/** Tickets that end within this time are worth a word. */
const SOON_MS = 10 * 60 * MS_PER_SECOND;

function credentialFacts(report: CredentialsReport): string[] {
  switch (report.type) {
    case 'password':
      return [`a password of ${report.client}`];
    case 'keytab':
      return [
        ...clientKeytabFacts(report),
        `the keytab ${report.path} has the key of ${report.client}, version ${report.kvno}: ${report.etypes.join(', ')}`,
      ];
    case 'ccache': {
      const from = {
        option: 'as given',
        KRB5CCNAME: 'named by KRB5CCNAME',
        'krb5.conf': 'named by krb5.conf',
        default: 'the default',
      }[report.from];
      const why =
        report.chosenBy === undefined ? from : `${from}, and chosen by ${report.chosenBy}`;
      return [
        `the cache ${report.name} (${why}) is that of ${report.client}`,
        ...report.tickets.map(
          ({ server, endtime, renewTill }) =>
            `ticket for ${server} until ${momentText(endtime)}` +
            (renewTill === undefined ? '' : `, renewable until ${momentText(renewTill)}`),
        ),
      ];
    }
  }
}

/** Says why a client keytab serves, and what named it. */
function clientKeytabFacts({ from, because }: Extract<CredentialsReport, { type: 'keytab' }>) {
  if (because === undefined || from === 'option') {
    return [];
  }
  const cache = { 'no cache': 'there is no cache', expired: "the cache's ticket has expired" };
  const name = {
    KRB5_CLIENT_KTNAME: 'KRB5_CLIENT_KTNAME names one',
    'krb5.conf': 'default_client_keytab_name in krb5.conf names one',
    default: 'there is one at the default place',
  };
  return [`${cache[because]}, and the client keytab serves: ${name[from]}`];
}

export function checkCredentials({ target, options, bounds, known }: Task) {
  const { config } = known;
  if (config === undefined) {
    return notTried('credentials', 'krb5.conf has to be readable first');
  }
  const words = {
    late: 'the credentials were not read',
    advice: 'Run kinit, or give --keytab and --client.',
  };
  return runStep('credentials', bounds, words, async (signal): Promise<Finding<'credentials'>> => {
    const server = {
      host: known.host,
      resolved: known.resolved,
      principal: target.principal ?? undefined,
    };
    const details = await inspectCredentials(credentialsOf(options), config, server, signal);
    known.credentials = details;
    const facts = credentialFacts(details);
    if (details.type !== 'ccache') {
      return { facts, details };
    }
    const tgts = details.tickets.filter(
      ({ server }) => server === `krbtgt/${details.realm}@${details.realm}`,
    );
    const tgt = Math.max(0, ...tgts.map(({ endtime }) => endtime.getTime()));
    const begin = Math.min(...tgts.map(({ starttime }) => starttime.getTime()));
    const advice = 'Run kinit.';
    if (tgt === 0) {
      const problem =
        'the cache has no ticket-granting ticket: only servers in the list can be reached';
      return { facts, details, outcome: 'warning', problem, advice };
    }
    if (tgt <= Date.now()) {
      const problem = `the ticket of ${details.client} expired at ${momentText(new Date(tgt))}`;
      return { facts, details, outcome: 'failed', problem, advice };
    }
    if (tgt <= Date.now() + SOON_MS) {
      const problem = `the ticket of ${details.client} expires at ${momentText(new Date(tgt))}`;
      return { facts, details, outcome: 'warning', problem, advice: 'Run kinit soon.' };
    }
    if (tgts.length > 0 && begin > Date.now() + NOTABLE_DIFFERENCE_MS) {
      const problem = `the ticket of ${details.client} begins only at ${momentText(new Date(begin))}`;
      const clock = "Set this machine's clock right: it is behind the KDC's.";
      return { facts, details, outcome: 'warning', problem, advice: clock };
    }
    return { facts, details };
  });
}
