/**
 * The cases that npm's `kerberos` cannot support, with the reasons.
 *
 * kerberos.test.ts proves what happens instead.
 */
const NO_CCACHE =
  'npm kerberos cannot be given a credential cache: setCcache is refused with a RemctlError';

export const KERBEROS_UNSUPPORTED = {
  'full/set-ccache': NO_CCACHE,
  'bad-input/ccache-missing': NO_CCACHE,
  'bad-input/ticket-expired': NO_CCACHE,
};
