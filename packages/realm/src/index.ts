/** Throwaway Kerberos realms for tests, and servers that misbehave. */
/// <reference types="node" preserve="true" />
export {
  type BadKdc,
  type FickleKdc,
  startFickleKdc,
  startGarbageKdc,
  startSilentKdc,
} from './bad-kdcs.js';
export { type BlackHole, startBlackHole } from './black-hole.js';
export type { Cleanup } from './cleanup.js';
export { type ClockFile, type ClockOffset, setClock, withClock } from './clock.js';
export type { Daemon } from './daemon.js';
export { type DescriptorLimit, limitDescriptors } from './descriptor-limit.js';
export { reverseName, type SrvData, type UriData } from './dns-message.js';
export { type DnsRecords, type DnsServer, type NameRecords, startDnsServer } from './dns-server.js';
export {
  type StallingProxy,
  startDroppingProxy,
  startSilentServer,
  startStallingProxy,
} from './faulty-servers.js';
export { heimdalLibraries, type Program } from './find-program.js';
export { sambaRuns } from './find-samba.js';
export { type Kcm, type KcmMaker, startKcm } from './kcm.js';
export type { Kdc, KdcMaker, KdcOptions } from './kdc.js';
export { type Krb5ConfOptions, writeKrb5Conf } from './krb5-conf-variants.js';
export { addPrincipals, partialKeytab } from './mit-principals.js';
export { withDns } from './own-dns.js';
export { withHosts } from './own-hosts.js';
export { type ResolverFiles, withNetwork } from './own-network.js';
export { freePort, listenOnBoth } from './ports.js';
export { setVariables } from './process-environment.js';
export { startProtocol1Proxy } from './protocol-1-proxy.js';
export {
  type KinitOptions,
  type Realm,
  type RealmOptions,
  startRealm,
} from './realm.js';
export type { Remctld, RemctldOptions, ServerProgram } from './remctld.js';
export { runProgram } from './run-program.js';
export {
  type Account,
  changeDirectory,
  domainDn,
  exportKeys,
  ldifComputer,
  ldifUser,
  type SambaRealm,
} from './samba-directory.js';
export { isDomainKept } from './samba-kdc.js';
export { storeServiceTicket } from './service-ticket.js';
export {
  type Direction,
  startTamperingProxy,
  type Tampering,
  type TamperingProxy,
  type Traffic,
} from './tampering-proxy.js';
export {
  type ProxyAddress,
  type RemctldProxy,
  startForwardingProxy,
} from './tcp-proxy.js';
export { type WithoutLibrary, withoutLibrary } from './without-library.js';
