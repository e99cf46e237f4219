/** The parsers of packages/pure-backend, from where its build leaves them: see krb5.ts. */

export type { ByteStream, ByteStreamHandlers } from '../../pure-backend/dist/byte-stream.js';
export { createChannel } from '../../pure-backend/dist/channel.js';
export { createConnectionV1 } from '../../pure-backend/dist/connection-v1.js';
export { createConnectionV2 } from '../../pure-backend/dist/connection-v2.js';
export {
  createTokenReader,
  encodeToken,
  type FramedToken,
} from '../../pure-backend/dist/framing.js';
export type { SecurityContext } from '../../pure-backend/dist/mechanism.js';
export { decodeAnswerV1 } from '../../pure-backend/dist/messages-v1.js';
export { decodeMessage } from '../../pure-backend/dist/messages-v2.js';
export { negotiate } from '../../pure-backend/dist/negotiate.js';
