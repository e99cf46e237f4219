/** The pure backend with the mechanism `kerberos`, for programs of the tests. */
import { createPureBackend } from '../../dist/index.js';

export const createKerberosBackend = () => createPureBackend({ mechanism: 'kerberos' });
