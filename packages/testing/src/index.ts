/** The public interface of @remctl/testing: for tests alone. */
/// <reference types="node" preserve="true" />
export type { KdcRecord } from './kdc/answer-request.js';
export type { CcacheOptions } from './kdc/ccache-file.js';
export type { EncryptionType } from './kdc/encryption-types.js';
export type { KeytabOptions } from './kdc/keytab-file.js';
export type { KeyOptions, PrincipalOptions, PrincipalPolicy } from './kdc/principals.js';
export { type KdcOptions, startKdc, type TestKdc } from './kdc/test-kdc.js';
export type {
  TestRealmOptions,
  TestUserOptions,
  TestUsers,
  TrustedRealmOptions,
} from './realm/options.js';
export { startTestRealm } from './realm/start-test-realm.js';
export type {
  KeptKeys,
  TestClientOptions,
  TestRealm,
  TestServer,
  TestUser,
  TrustedTestRealm,
} from './realm/test-realm.js';
