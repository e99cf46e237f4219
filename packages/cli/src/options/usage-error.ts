/** A wrong command line. */

/** The message begins as the C client's, if the C client has one for the same fault. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** Whether the usage follows the message. */
  readonly showsUsage: boolean;

  constructor(message: string, { showsUsage = false } = {}) {
    super(message);
    this.showsUsage = showsUsage;
  }
}
