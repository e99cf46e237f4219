/** Gets a service ticket into a credential cache. */
import type { Realm } from './realm.js';
import { runProgram } from './run-program.js';

/**
 * Stores a ticket for `principal` in `ccache`, by kvno; by default for the realm's remctld. Throws
 * an Error with kvno's standard error if the KDC gives no ticket.
 */
export async function storeServiceTicket(
  realm: Realm,
  ccache: string,
  principal: string = realm.principals.server,
): Promise<void> {
  await runProgram('kvno', ['-c', ccache, principal], realm.env);
}
