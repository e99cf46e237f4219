/** The public interface of @remctl/pure-backend. */
/// <reference types="node" preserve="true" />
export type { ArmorCredentials } from '@remctl/krb5';
export { createPureBackend, type PureBackendOptions } from './backend.js';
export {
  ContextFlag,
  type ContextOptions,
  type ContextStep,
  type SecurityContext,
  type SecurityMechanism,
} from './mechanism.js';
