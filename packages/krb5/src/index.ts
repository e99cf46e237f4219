export { createInitiatorContext } from './gss/initiator.js';
