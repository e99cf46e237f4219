/** The table of preauthentication mechanisms. */
import { encryptedChallenge } from './encrypted-challenge.js';
import { encryptedTimestamp } from './encrypted-timestamp.js';
import type { PreauthMechanism } from './mechanism.js';
import { spake } from './spake/spake.js';

/** The mechanisms, the most preferred first, as a KDC of MIT Kerberos lists them. */
export const MECHANISMS: readonly PreauthMechanism[] = [
  spake,
  encryptedChallenge,
  encryptedTimestamp,
];
