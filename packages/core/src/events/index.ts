/** `@remctl/core/events`: what happens inside clients, for logs and traces. */
export type { RemctlEvent } from './event.js';
export { eventText } from './event-text.js';
export type * from './messages.js';
export { watchEvents } from './watch-events.js';
