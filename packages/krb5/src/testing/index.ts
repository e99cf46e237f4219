/**
 * Encoders of credential caches and keytabs, for tests and fuzzing only.
 *
 * Programs must not write these files with them: they take no locks and keep no other entries.
 */
export { encodeCcache } from './ccache-encoder.js';
export { encodeKeytab } from './keytab-encoder.js';
