/** An event: what a channel tells at a moment. */
import type { RemctlChannels, RemctlTracingChannels } from './messages.js';

type TracedEvent<N extends keyof RemctlTracingChannels> = {
  readonly [Name in N]: {
    readonly channel: Name;
    /** `start` when the operation begins, `end` when its work has ended or failed. */
    readonly moment: 'start' | 'end';
    readonly message: RemctlTracingChannels[Name];
  };
}[N];

type PlainEvent<N extends keyof RemctlChannels> = {
  readonly [Name in N]: {
    readonly channel: Name;
    readonly message: RemctlChannels[Name];
  };
}[N];

/** An event of one of this package's channels. `channel` tells the kinds apart. */
export type RemctlEvent =
  | TracedEvent<keyof RemctlTracingChannels>
  | PlainEvent<keyof RemctlChannels>;

/** The event of one channel. */
export type EventOf<Name extends RemctlEvent['channel']> = Extract<
  RemctlEvent,
  { readonly channel: Name }
>;
