/** The scripted server, for tests of other packages. */
export { answerV1, error, NOOP, output, status, version } from './messages.js';
export type { Peer } from './peer.js';
export { type Script, type ScriptedServer, startScriptedServer } from './scripted-server.js';
