/** What is published on each channel of `node:diagnostics_channel`. */

/** `remctl:warning`: something works, and probably not as it was meant. */
export interface WarningMessage {
  /** Names the kind of the warning for programs: `LONG_TIMEOUT`. */
  readonly code: string;
  /** What was found, and what to do. It holds no argument of a command and no secret. */
  readonly message: string;
}

/** The plain channels, and what a subscriber gets: `diagnostics_channel.subscribe(name, onMessage)`. */
export interface RemctlChannels {
  readonly 'remctl:warning': WarningMessage;
}
