/** Prints every event on standard error if `NODE_DEBUG` names remctl. */
import { debuglog } from 'node:util';
import { eventText } from './event-text.js';
import { watchEvents } from './watch-events.js';

const debug = debuglog('remctl');

/** Every copy of this package in a program knows by this property that one of them prints already. */
const PRINTS = Symbol.for('@remctl/core/prints-events');

/** Bun's `debuglog` prints, and does not say whether it does. */
function isAsked(): boolean {
  const enabled: boolean | undefined = debug.enabled;
  return enabled ?? /(?:^|,)(?:remctl|\*)(?:,|$)/i.test(process.env.NODE_DEBUG ?? '');
}

let isDecided = false;

/** Begins to print, if NODE_DEBUG asks for it and nobody prints yet. Call it before the first event. */
export function printIfAsked(): void {
  if (isDecided) {
    return;
  }
  isDecided = true;
  if (!isAsked() || Object.hasOwn(globalThis, PRINTS)) {
    return;
  }
  Object.defineProperty(globalThis, PRINTS, { value: true });
  watchEvents((event) => debug('%s', eventText(event)));
}
