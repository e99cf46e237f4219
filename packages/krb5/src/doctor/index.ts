/** `@remctl/krb5/doctor`: looks at each part that a client's ticket needs, one by one. */
/// <reference types="node" preserve="true" />
export { passedOverValues } from '../kdc/passed-over-kdcs.js';
export {
  type CredentialsReport,
  inspectCredentials,
  type TicketReport,
} from './inspect-credentials.js';
export { inspectServiceTicket, type ServiceTicketReport } from './inspect-service-ticket.js';
export { askEachKdc, type KdcReport, kdcsOf } from './kdc-reports.js';
export {
  configFiles,
  KDC_UNREACHABLE_ADVICE,
  kdcOrigin,
  krb5Advice,
  realmOfHost,
} from './words.js';
