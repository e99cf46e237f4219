/** The wire of the remctl protocol: what clients and servers share. */
export * from './constants.js';
export { createTokenReader, encodeToken, type FramedToken, type TokenReader } from './framing.js';
