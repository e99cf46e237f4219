export { freePort } from './ports.js';
export {
  type RemctldProxy,
  startDroppingProxy,
  startProtocol1Proxy,
  startSilentServer,
} from './proxy.js';
export { type KinitOptions, type Realm, type RealmOptions, startRealm } from './realm.js';
export type { Remctld, RemctldOptions } from './remctld.js';
