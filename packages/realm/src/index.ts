export {
  type BadKdc,
  type FickleKdc,
  startFickleKdc,
  startGarbageKdc,
  startSilentKdc,
} from './bad-kdcs.js';
export { type BlackHole, startBlackHole } from './black-hole.js';
export type { ClockOffset } from './clock.js';
export { type DescriptorLimit, limitDescriptors } from './descriptor-limit.js';
export { withHosts } from './own-hosts.js';
export { type ResolverFiles, withNetwork } from './own-network.js';
export { freePort } from './ports.js';
export {
  type ProxyAddress,
  type RemctldProxy,
  type StallingProxy,
  startDroppingProxy,
  startForwardingProxy,
  startProtocol1Proxy,
  startSilentServer,
  startStallingProxy,
} from './proxy.js';
export {
  type KinitOptions,
  type Realm,
  type RealmOptions,
  startRealm,
} from './realm.js';
export type { Remctld, RemctldOptions } from './remctld.js';
export {
  type Direction,
  startTamperingProxy,
  type Tampering,
  type TamperingProxy,
  type Traffic,
} from './tampering-proxy.js';
export {
  addPrincipals,
  type Krb5ConfOptions,
  partialKeytab,
  storeServiceTicket,
  writeKrb5Conf,
} from './variants.js';
