/** All cases of hostile servers. */
import { authenticationCases } from './authentication.js';
import { drippingCases } from './dripping.js';
import type { HostileCase } from './hostile-case.js';
import { interruptionCases } from './interruptions.js';
import { messageCases } from './messages.js';
import { protocol1Cases } from './protocol-1.js';
import { tokenCases } from './tokens.js';
import { unaskedCases } from './unasked.js';

export const hostileCases: readonly HostileCase[] = [
  ...authenticationCases,
  ...tokenCases,
  ...messageCases,
  ...unaskedCases,
  ...interruptionCases,
  ...drippingCases,
  ...protocol1Cases,
];
