/**
 * The parts of @remctl/testing that targets and seeds use.
 *
 * All imports from its door for sister packages are in this file: see krb5-internals.ts.
 */
export { answerRequest } from '@remctl/testing/internal/kdc/answer-request';
export type { KdcState } from '@remctl/testing/internal/kdc/kdc-state';
export { createPrincipals } from '@remctl/testing/internal/kdc/principals';
export {
  createRequestReader,
  frameAnswer,
  MAX_REQUEST,
} from '@remctl/testing/internal/kdc/tcp-requests';
