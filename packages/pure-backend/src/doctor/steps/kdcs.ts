/** The step `kdcs`: each KDC of the client's realm and of the server's. */
import { isNativeError } from 'node:util/types';
import type { Krb5Config } from '@remctl/krb5';
import {
  askEachKdc,
  KDC_UNREACHABLE_ADVICE,
  type KdcReport,
  kdcOrigin,
  kdcsOf,
  realmOfHost,
} from '@remctl/krb5/doctor';
import { workUntil } from '../../bounded.js';
import { type Finding, notTried, runStep } from '../run-step.js';
import { msText, type Task } from '../task.js';

/** The realms whose KDCs a ticket needs: the client's and the server's, without those in between. */
function realmsOf({ target, known }: Task, config: Krb5Config): string[] {
  const own = known.credentials?.realm ?? config.defaultRealm;
  const named = target.principal?.split('@')[1];
  const server = named ?? realmOfHost(config, known.resolved?.canonicalName ?? target.host);
  return [...new Set([own, server])].filter(
    (realm) => realm !== undefined && realm !== '',
  ) as string[];
}

function kdcFact(realm: string, report: KdcReport): string {
  const { host, port, address, transport, milliseconds, answer, failure } = report;
  const at = address === undefined || address === host ? '' : ` (${address})`;
  const said =
    failure ?? `answered in ${msText(milliseconds)}${answer === undefined ? '' : ` (${answer})`}`;
  return `${realm}: ${host}${at} port ${port} by ${transport.toUpperCase()}: ${said}`;
}

/** What is known of one realm's KDCs. */
interface RealmReport {
  readonly realm: string;
  readonly reports: readonly (KdcReport & { readonly realm: string })[];
  /** Why there is no KDC to ask; undefined if there is one. */
  readonly unfound: string | undefined;
}

async function askRealm(
  realm: string,
  config: Krb5Config,
  signal: AbortSignal,
): Promise<RealmReport> {
  let found: Awaited<ReturnType<typeof kdcsOf>>;
  try {
    found = await kdcsOf(realm, config, signal);
  } catch (error) {
    const reason = isNativeError(error) ? error.message : String(error);
    const unfound = signal.aborted ? `the KDCs of ${realm} were not found in time` : reason;
    return { realm, reports: [], unfound };
  }
  const reports = await askEachKdc(found, realm, config, signal);
  return { realm, reports: reports.map((report) => ({ ...report, realm })), unfound: undefined };
}

export function checkKdcs(task: Task) {
  const { bounds, known } = task;
  const { config } = known;
  if (config === undefined) {
    return notTried('kdcs', 'krb5.conf has to be readable first');
  }
  const words = {
    late: 'the KDCs did not answer',
    advice: KDC_UNREACHABLE_ADVICE,
  };
  const own = { ...bounds, timeoutMs: bounds.timeoutMs * 2 };
  return runStep('kdcs', own, words, async (signal): Promise<Finding<'kdcs'>> => {
    const realms = realmsOf(task, config);
    if (realms.length === 0) {
      throw new Error('no realm is known: krb5.conf has no default_realm, and there is no ticket');
    }
    const asked = await workUntil(
      (within) => Promise.all(realms.map((realm) => askRealm(realm, config, within))),
      { ...bounds, signal },
      () => new Error(words.late),
    );
    const kdcs = asked.flatMap(({ reports }) => reports);
    known.kdcs = kdcs;
    const origins = realms.map((realm) => `${realm}: ${kdcOrigin(config, realm)} names the KDCs`);
    const facts = [...origins, ...kdcs.map((report) => kdcFact(report.realm, report))];
    const unfound = asked.flatMap((each) => each.unfound ?? []);
    const silent = asked
      .filter((each) => each.unfound === undefined)
      .filter(({ reports }) => reports.every(({ failure }) => failure !== undefined))
      .map(({ realm }) => realm);
    const { advice } = words;
    const problems = silent.length > 0 ? [`no KDC of ${silent.join(' and ')} answers`] : [];
    const problem = [...unfound, ...problems].join('; ');
    if (problem !== '') {
      return { facts, details: { kdcs }, outcome: 'failed', problem, advice };
    }
    const dead = kdcs.filter(({ failure }) => failure !== undefined);
    return dead.length === 0
      ? { facts, details: { kdcs } }
      : {
          ...{ facts, details: { kdcs }, outcome: 'warning', advice },
          problem: `${dead.length} of ${kdcs.length} ways to a KDC do not answer: requests may be slow`,
        };
  });
}
