/** Credential caches of type MEMORY: each is in the memory of the process that made it. */
import { LocalErrorCode } from '../error-codes.js';
import { Krb5Error } from '../errors.js';
import type { CcacheType } from './ccache-type.js';

/** `MEMORY:name`: libkrb5 makes such a cache empty in each process, so here it never exists. */
export const memoryType: CcacheType = {
  name: 'MEMORY',
  locate(_residual, fullName) {
    const absent = async () => {
      throw new Krb5Error(
        LocalErrorCode.KRB5_FCC_NOFILE,
        `no credentials: the cache ${fullName} is in the memory of the program that made it: ` +
          'run kinit -c FILE:/path and set KRB5CCNAME=FILE:/path, or give keytab',
      );
    };
    return { name: fullName, signature: async () => '', client: absent, read: absent };
  },
  collection: () => undefined,
};
