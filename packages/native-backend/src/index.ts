/** `@remctl/native-backend`: the backend on libremctl. */
import type { Backend, Credentials } from '@remctl/core';
import { RemctlUnsupportedError } from '@remctl/core/errors';
import { loadAddon } from './addon.js';
import { connect } from './connect.js';

/**
 * Returns the backend named `native`.
 *
 * Throws RemctlBackendError, with what to install, if the addon was not built or libremctl is
 * missing.
 */
export function createNativeBackend(): Backend {
  const addon = loadAddon();
  return {
    name: 'native',
    checkCredentials,
    connect: (options) => connect(addon, options),
  };
}

function checkCredentials({ type }: Credentials): void {
  if (type === 'ccache') {
    return;
  }
  throw new RemctlUnsupportedError(
    `libremctl takes no ${type}: get a ticket with kinit (kinit -k -t KEYTAB PRINCIPAL) and give ` +
      'its credential cache, or use the pure backend',
  );
}
