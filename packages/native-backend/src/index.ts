/** `@remctl/native-backend`: the backend on libremctl. */
/// <reference types="node" preserve="true" />
import type { Backend, Credentials } from '@remctl/core';
import { RemctlUnsupportedError } from '@remctl/core/errors';
import { checkOptionNames, FOR_THE_CLIENT } from '@remctl/core/option-names';
import { loadAddon } from './addon.js';
import { connect } from './connect.js';

/**
 * Returns the backend named `native`. It has no options: whoever gives it some means those of a client.
 *
 * Throws TypeError for an option, and RemctlBackendError, which says what to do, if there is no addon for
 * this system, or if libremctl or libkrb5 is missing, too old or not usable.
 */
export function createNativeBackend(options: Readonly<Record<string, never>> = {}): Backend {
  checkOptionNames('createNativeBackend()', options, { known: [], elsewhere: [FOR_THE_CLIENT] });
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
