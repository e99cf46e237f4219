/** Chooses a mechanism that both the KDC and this client can use. */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { type PaData, PaDataType } from '../messages/pa-data.js';
import { formatPrincipal, type Principal } from '../principal.js';
import {
  MechanismUnusable,
  type PreauthAnswer,
  type PreauthMechanism,
  type PreauthRound,
} from './mechanism.js';
import { MECHANISMS } from './mechanisms.js';
import { findPaData } from './method-data.js';
import { offeredNames } from './offered-names.js';

/** An answer, and the mechanism that gave it. */
export interface ChosenAnswer extends PreauthAnswer {
  readonly mechanism: PreauthMechanism;
}

/**
 * Answers with the first mechanism that the KDC offers, that may be used, and that has not failed
 * before; a mechanism that cannot answer is added to `failed`. Throws the first failure if no other
 * mechanism is left, and Krb5Error KRB5_PREAUTH_FAILED, with the names of what the KDC offers, if
 * none could be tried.
 */
export async function answerMethods(
  methods: readonly PaData[],
  failed: Map<PreauthMechanism, Krb5Error>,
  client: Principal,
  round: Omit<PreauthRound, 'hint'>,
): Promise<ChosenAnswer> {
  const hindrances: string[] = [];
  for (const mechanism of MECHANISMS) {
    const hint = findPaData(methods, mechanism.type);
    if (hint === undefined || failed.has(mechanism)) {
      continue;
    }
    const hindrance = mechanism.hindrance(round);
    if (hindrance !== undefined) {
      hindrances.push(hindrance);
      continue;
    }
    try {
      return { ...(await mechanism.answer({ ...round, hint })), mechanism };
    } catch (error) {
      if (!(error instanceof MechanismUnusable)) {
        throw error;
      }
      failed.set(mechanism, error);
    }
  }
  const [failure] = failed.values();
  throw failure ?? noMechanism(methods, hindrances, client, round.armorKey !== undefined);
}

function noMechanism(
  methods: readonly PaData[],
  hindrances: readonly string[],
  client: Principal,
  armored: boolean,
): Krb5Error {
  const { realm } = client;
  const names = offeredNames(methods);
  const asks =
    names.length > 0
      ? `the KDC of ${realm} wants ${formatPrincipal(client)} to log in with ${names.join(' or ')}`
      : `the KDC of ${realm} names no way in which ${formatPrincipal(client)} may log in`;
  const why = hindrances.length > 0 ? `, but ${hindrances.join(', and ')}` : '';
  const hasFast = !armored && findPaData(methods, PaDataType.PA_FX_FAST) !== undefined;
  const armor = hasFast
    ? 'give an armor ticket for FAST (armor, or fast_ccache in krb5.conf), after which the KDC may offer more, or '
    : '';
  return new Krb5Error(
    LocalErrorCode.KRB5_PREAUTH_FAILED,
    `${asks}${why}: ${armor}get the ticket with kinit, which can do more, and give its cache`,
  );
}
