/** The scripted server and its encoders, for tests of other packages. */
export { frame, LARGEST_LENGTH } from './framing.js';
export { answerV1, bytes, error, NOOP, output, status, uint32, version } from './messages.js';
export { type Peer, WrapHeader } from './peer.js';
export { type Script, type ScriptedServer, startScriptedServer } from './scripted-server.js';
