/** All raw cases. */
import type { RawCase } from '../case.js';
import { commandCases } from './commands.js';
import { continuationCases } from './continuation.js';
import { handshakeCases } from './handshake.js';
import { messageCases } from './messages.js';
import { protectionCases } from './protection.js';
import { protocol1Cases } from './protocol-1.js';
import { requestCases } from './requests.js';
import { sequenceCases } from './sequence.js';
import { sizeCases } from './sizes.js';

export const rawCases: readonly RawCase[] = [
  ...handshakeCases,
  ...requestCases,
  ...messageCases,
  ...commandCases,
  ...continuationCases,
  ...sequenceCases,
  ...sizeCases,
  ...protectionCases,
  ...protocol1Cases,
];
