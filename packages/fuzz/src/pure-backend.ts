/** The parsers of packages/pure-backend, from where its build leaves them: see krb5.ts. */
export { createChannel } from '../../pure-backend/dist/channel.js';
export { createConnection, createConnectionV1 } from '../../pure-backend/dist/connection.js';
export {
  createTokenReader,
  encodeToken,
  type FramedToken,
  TOKEN_MAX_LENGTH,
} from '../../pure-backend/dist/framing.js';
export type { SecurityContext } from '../../pure-backend/dist/mechanism.js';
export { decodeAnswerV1, decodeMessage } from '../../pure-backend/dist/messages.js';
export { negotiate } from '../../pure-backend/dist/negotiate.js';
export type { Wire, WireHandlers } from '../../pure-backend/dist/wire.js';
