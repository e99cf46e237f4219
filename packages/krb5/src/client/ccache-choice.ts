/** Errors that tell which client was chosen for a server, and why. */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import { formatPrincipal } from '../principal.js';
import type { ChosenClient } from './select-ccache.js';
import type { TicketSource } from './ticket-source.js';

/** Makes the error for a chosen client who has no cache in the collection called `name`. */
export function noCacheOf({ client, by }: ChosenClient, name: string): Krb5Error {
  const who = formatPrincipal(client);
  return new Krb5Error(
    LocalErrorCode.KRB5_CC_NOTFOUND,
    `${by} chooses the client ${who}, who has no credential cache in ${name}: run kinit ${who}, or change that line`,
  );
}

/**
 * Returns `error` with the client that was chosen for the server, if one was: a user who expects to
 * be somebody else learns who and why.
 */
export function withChoice(error: unknown, { choice }: TicketSource): unknown {
  if (choice === undefined || !(error instanceof Krb5Error)) {
    return error;
  }
  const { client, ccache, by } = choice;
  return new Krb5Error(
    error.code,
    `${error.message} (as ${formatPrincipal(client)} of ${ccache}, chosen by ${by})`,
    { cause: error },
  );
}
