/**
 * The parts of @remctl/pure-backend that targets, tests and seeds use.
 *
 * All imports from its door for sister packages are in this file: see krb5-internals.ts.
 */
export type {
  ByteStream,
  ByteStreamHandlers,
} from '@remctl/pure-backend/internal/byte-stream';
export { createChannel } from '@remctl/pure-backend/internal/channel';
export { createConnectionV1 } from '@remctl/pure-backend/internal/connection-v1';
export { createConnectionV2 } from '@remctl/pure-backend/internal/connection-v2';
export type { SecurityContext } from '@remctl/pure-backend/internal/mechanism';
export { decodeAnswerV1, encodeCommandV1 } from '@remctl/pure-backend/internal/messages-v1';
export { decodeMessage, encodeCommand, NOOP } from '@remctl/pure-backend/internal/messages-v2';
export { negotiate } from '@remctl/pure-backend/internal/negotiate';
