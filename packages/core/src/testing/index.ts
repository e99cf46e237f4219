/** `@remctl/core/testing`: a backend for an application's tests, without network and Kerberos. */
/// <reference types="node" preserve="true" />
export type { Script, ScriptedAnswer } from './answer.js';
export type { Fault } from './fault.js';
export {
  type ScriptedBackend,
  type ScriptedBackendOptions,
  type ScriptedOpen,
  scriptedBackend,
} from './scripted-backend.js';
