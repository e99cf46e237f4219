/** The initiator's side of a context (RFC 2743, section 2.2.1; RFC 4121, section 4.1). */

import { withChoice } from '../client/ccache-choice.js';
import { type Credentials, checkCredentialNames } from '../client/credentials.js';
import { forgetTicket } from '../client/kept-tickets.js';
import { serverNames } from '../client/server-names.js';
import { serviceTicket } from '../client/service-ticket.js';
import { ticketSource } from '../client/source-of-credentials.js';
import type { TicketSource } from '../client/ticket-source.js';
import { REFERRAL_REALM } from '../config/host-realm.js';
import type { Krb5Config } from '../config/krb5-config.js';
import { etypeName } from '../crypto/index.js';
import { GssStatus, KrbErrorCode, LocalErrorCode } from '../error-codes.js';
import { GssError, Krb5Error } from '../errors.js';
import type { ResolvedHost } from '../host/resolve-host.js';
import { krbErrorText } from '../messages/krb-error.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { formatPrincipal, type Principal } from '../principal.js';
import { kdcNow, ticketEnd } from '../time/clock.js';
import { nextMoment } from '../time/moments.js';
import { trace } from '../trace/trace.js';
import { codeWords, ticketWords } from '../trace/words.js';
import { apReqToken, type InitiatorState, readAcceptorToken } from './ap-exchange.js';
import { ALL_FLAGS, ContextFlag } from './context-flags.js';
import { currentConfig, type Krb5State, processState } from './krb5-state.js';
import { protectionOf } from './message-keys.js';
import {
  type ContextStep,
  createSecurityContext,
  type EstablishedState,
  type SecurityContext,
} from './security-context.js';
import { serverRefusal, type UsedTicket } from './server-refusal.js';

export interface InitiatorOptions {
  /**
   * The server's host, for the principal service/host. [domain_realm] or the KDCs name its realm.
   */
  readonly host?: string | undefined;
  /**
   * The canonical name and addresses of `host`, if the caller has looked them up already. The
   * principal then follows from them, without another look-up of `host`; with rdns, from the first
   * address, which must be the one that the caller has connected to.
   */
  readonly resolved?: ResolvedHost | undefined;
  /** The service on `host`; the service `host` without it. */
  readonly service?: string | undefined;
  /** The server's principal, instead of `host`; a name without a realm is in the default realm. */
  readonly principal?: string | undefined;
  /** Where the client's tickets come from; without it, the default credential cache. */
  readonly credentials?: Credentials | undefined;
  /** The flags to request (`ContextFlag`); without it, all of them. Delegation is not supported. */
  readonly flags?: number | undefined;
  /** Ends the waits of `step`, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The configuration; without it, the files in KRB5_CONFIG, or /etc/krb5.conf. */
  readonly config?: Krb5Config | undefined;
  /** State shared with other contexts (`createKrb5State`); without it, the state of the process. */
  readonly state?: Krb5State | undefined;
}

export interface InitiatorContext extends SecurityContext {
  /**
   * Does GSS_Init_sec_context: the first call takes no token, the second takes the acceptor's. The
   * first call gets the ticket, from the KDC if none is at hand. Throws Krb5Error if Kerberos
   * fails, GssError if the acceptor's token is unusable or a call comes out of order, and the
   * signal's reason if the signal aborts. A context whose step has failed cannot be used any more.
   */
  readonly step: (token?: Uint8Array | undefined) => Promise<ContextStep>;
}

interface Ticket extends UsedTicket {
  /** The principal that was asked for; in the referral realm if the KDCs had to find the realm. */
  readonly target: Principal;
}

const OPTIONS: OptionNames<InitiatorOptions> = {
  host: true,
  resolved: true,
  service: true,
  principal: true,
  credentials: true,
  flags: true,
  signal: true,
  config: true,
  state: true,
};

/**
 * Creates an initiator's context. Nothing happens before `step`. Throws TypeError without host or
 * principal, and for an option that does not exist.
 */
export function createInitiatorContext(options: InitiatorOptions): InitiatorContext {
  checkOptionNames('createInitiatorContext()', options, OPTIONS);
  checkCredentialNames(options.credentials);
  const { host, principal, signal, state: shared = processState } = options;
  if (host === undefined && principal === undefined) {
    throw new TypeError('a context needs host or principal');
  }
  const flags = (options.flags ?? ALL_FLAGS) & ALL_FLAGS;
  let established: EstablishedState | undefined;
  let waiting: { readonly ticket: Ticket; readonly state: InitiatorState } | undefined;
  let begun = false;

  const begin = async (): Promise<ContextStep> => {
    const config = options.config ?? (await currentConfig(shared));
    const ticket = await getTicket(options, config, shared);
    const { credential, source } = ticket;
    const moment = nextMoment(credential.key, kdcNow(source.clock));
    const { token, state } = apReqToken(credential, flags, moment);
    trace(() => {
      const key = etypeName(credential.key.etype);
      return `Creating authenticator for ${ticketWords(credential)}, session key ${key}`;
    });
    if ((flags & ContextFlag.MUTUAL) === 0) {
      established = establish(ticket, state, flags, undefined);
      return { token, established: true };
    }
    waiting = { ticket, state };
    return { token, established: false };
  };

  const finish = (token: Uint8Array | undefined): ContextStep => {
    if (waiting === undefined || token === undefined) {
      throw new GssError(
        GssStatus.GSS_S_FAILURE,
        'step is called once without a token, then once with the one that the acceptor sent',
      );
    }
    const { ticket, state } = waiting;
    waiting = undefined;
    const { credential, source } = ticket;
    const answer = readAcceptorToken(token, credential.key);
    if (answer.type === 'error') {
      const { errorCode } = answer.error;
      trace(() => `Read KRB-ERROR: ${codeWords(errorCode)}${krbErrorText(answer.error)}`);
      forgetTicket(source, credential);
      throw serverRefusal(answer.error, ticket);
    }
    const { part } = answer;
    if (
      part === undefined ||
      part.ctime !== state.moment.seconds ||
      part.cusec !== state.moment.microseconds
    ) {
      throw new Krb5Error(
        LocalErrorCode.KRB5_MUTUAL_FAILED,
        `the server did not prove that it is ${formatPrincipal(credential.server)}: do not trust it`,
      );
    }
    trace(() => {
      const subkey = part.subkey === undefined ? 'none' : etypeName(part.subkey.etype);
      return `Read AP-REP of ${formatPrincipal(credential.server)}, subkey ${subkey}`;
    });
    established = establish(ticket, state, flags, part);
    return { token: undefined, established: true };
  };

  const step = async (token?: Uint8Array | undefined): Promise<ContextStep> => {
    signal?.throwIfAborted();
    if (begun) {
      return finish(token);
    }
    begun = true;
    return begin();
  };

  return createSecurityContext(() => established, step);
}

/**
 * The peer's name: an unproven server keeps the name asked for, since a KDC chose the one in the
 * ticket.
 */
function peerOf({ credential, target }: Ticket, isProved: boolean): string {
  if (isProved) {
    return formatPrincipal(credential.server);
  }
  const asked = formatPrincipal(target);
  return target.realm === REFERRAL_REALM ? asked.slice(0, -1) : asked;
}

function establish(
  ticket: Ticket,
  state: InitiatorState,
  flags: number,
  acceptor: Parameters<typeof protectionOf>[0]['acceptor'],
): EstablishedState {
  const { credential, source } = ticket;
  return {
    protection: protectionOf({
      role: 'initiator',
      sessionKey: credential.key,
      initiator: state,
      acceptor,
      flags,
    }),
    flags,
    peer: peerOf(ticket, acceptor !== undefined),
    client: formatPrincipal(credential.client),
    expires: ticketEnd(credential.endtime, source.clock),
  };
}

async function getTicket(
  options: InitiatorOptions,
  config: Krb5Config,
  shared: Krb5State,
): Promise<Ticket> {
  const { credentials, signal } = options;
  let source: TicketSource | undefined;
  let unknown: unknown;
  for await (const { target, chooseBy } of serverNames(options, config, signal)) {
    source ??= await ticketSource(credentials, config, shared, chooseBy, signal);
    try {
      const credential = await serviceTicket(source, target, config, signal);
      const { used } = source.obtained;
      const wasAtHand = used.has(credential) || source.stored.includes(credential);
      used.add(credential);
      return { credential, target, source, wasAtHand };
    } catch (error) {
      const told = withChoice(error, source);
      if (
        !(error instanceof Krb5Error) ||
        error.code !== KrbErrorCode.KDC_ERR_S_PRINCIPAL_UNKNOWN
      ) {
        throw told;
      }
      unknown ??= told;
    }
  }
  throw unknown;
}
