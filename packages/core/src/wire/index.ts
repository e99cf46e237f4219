/** The wire of the remctl protocol: what clients and servers share. */
/// <reference types="node" preserve="true" />
export { asBuffer } from './as-buffer.js';
export * from './constants.js';
export {
  createTokenReader,
  encodeToken,
  encodeTokenHeader,
  type FramedToken,
  type TokenReader,
} from './framing.js';
export { createTokenInput, INCOMPLETE, TOO_LARGE, type TokenInput } from './token-input.js';
