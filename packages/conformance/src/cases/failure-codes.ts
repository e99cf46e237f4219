/** The names of authentication failures: `RemctlAuthenticationError.code`. */
import { setVariables } from '@remctl/realm';
import type { Case, CaseContext } from '../case.js';
import { expectError, rejection } from '../support/expected-errors.js';

/** A case in which an open on the default cache must fail with a code. */
const failsWith = (
  code: string,
  what: string,
  open: (context: CaseContext, useCache: (ccache: string) => Promise<void>) => Promise<void>,
): Case => ({
  id: `failure-codes/${code}`,
  title: `${what}: the error has the code ${code}`,
  async run(context) {
    const useCache = async (KRB5CCNAME: string) => {
      const leave = setVariables({ KRB5CCNAME });
      await context.use(Promise.resolve({ [Symbol.asyncDispose]: async () => leave() }));
    };
    const error = await rejection(open(context, useCache));
    expectError(error, { name: 'RemctlAuthenticationError', code });
  },
});

export const failureCodeCases: readonly Case[] = [
  failsWith('GSS_S_NO_CRED', 'nobody has run kinit', async ({ client, port }, useCache) => {
    await useCache('FILE:/no/such/ccache');
    await client().open('localhost', port);
  }),
  failsWith(
    'KRB_AP_ERR_TKT_EXPIRED',
    'the ticket has expired',
    async ({ client, port, realm }, useCache) => {
      await useCache(await realm.expiredCcache());
      await client().open('localhost', port);
    },
  ),
  failsWith(
    'KDC_ERR_S_PRINCIPAL_UNKNOWN',
    'the KDC does not know the server',
    ({ client, port, realm }) => client().open('localhost', port, realm.principals.unknownServer),
  ),
  failsWith('KRB_AP_ERR_NOT_US', 'the server lacks the key', ({ client, port, realm }) =>
    client().open('localhost', port, realm.principals.wrongServer),
  ),
];
