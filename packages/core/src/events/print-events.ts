/** Prints every event on standard error if `NODE_DEBUG` names remctl. */
import { subscribe } from 'node:diagnostics_channel';
import { debuglog } from 'node:util';
import { channelTexts, oneLine } from './event-text.js';

const debug = debuglog('remctl');

/** Every copy of this package in a program knows by this property that one of them prints already. */
const PRINTS = Symbol.for('@remctl/core/prints-events');

let isDecided = false;

/** Begins to print, if NODE_DEBUG asks for it and nobody prints yet. Call it before the first event. */
export function printIfAsked(): void {
  if (isDecided) {
    return;
  }
  isDecided = true;
  if (!debug.enabled || Object.hasOwn(globalThis, PRINTS)) {
    return;
  }
  Object.defineProperty(globalThis, PRINTS, { value: true });
  for (const [name, text] of Object.entries(channelTexts)) {
    subscribe(name, (message) => debug('%s', oneLine(text(message as never))));
  }
}
