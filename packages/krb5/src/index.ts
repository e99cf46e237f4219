/** The public interface of @remctl/krb5. */
/// <reference types="node" preserve="true" />
export { SYSTEM_LIBRARY_READS_IT } from './ccache/ccache-name.js';
export type { ArmorCredentials, Credentials } from './client/credentials.js';
export { servicePrincipals } from './client/service-principal.js';
export { type Krb5Config, krb5Config, readKrb5Config } from './config/krb5-config.js';
export type { PassedOver } from './config/passed-over.js';
export { EncryptionKey, KeyUsage, makeChecksum } from './crypto/index.js';
export {
  GssStatus,
  gssStatusName,
  KrbErrorCode,
  krbErrorName,
  LocalErrorCode,
} from './error-codes.js';
export { GssError, Krb5Error, ServiceTicketRefused } from './errors.js';
export {
  type AcceptorContext,
  type AcceptorOptions,
  AcceptorRefusal,
  createAcceptorContext,
} from './gss/acceptor.js';
export { ALL_FLAGS, ContextFlag } from './gss/context-flags.js';
export {
  createInitiatorContext,
  type InitiatorContext,
  type InitiatorOptions,
} from './gss/initiator.js';
export { createKrb5State, currentConfig, type Krb5State } from './gss/krb5-state.js';
export {
  createMessageProtection,
  type MessageProtection,
  type MessageProtectionOptions,
} from './gss/message-tokens.js';
export {
  type ExchangeProtection,
  type ExchangeTokens,
  findServiceTicketKey,
  messageProtectionFromExchange,
  type ServiceTicketKey,
} from './gss/protection-from-exchange.js';
export { createReplayCache, type ReplayCache } from './gss/replay-cache.js';
export type { ContextStep, SecurityContext } from './gss/security-context.js';
export { type HostAddress, type ResolvedHost, resolveHost } from './host/resolve-host.js';
export { PASSED_OVER_CHANNEL } from './kdc/tell-passed-over.js';
export type { Keytab, KeytabEntry } from './keytab/keytab.js';
export { readKeytab } from './keytab/read-keytab.js';
export {
  formatPrincipal,
  NameType,
  type Principal,
  parsePrincipal,
} from './principal.js';
export { TRACE_CHANNEL, type TraceMessage } from './trace/trace.js';
