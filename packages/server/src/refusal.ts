/** Refusals of what a client sent, for the client and the log. */

/** Why a message or a command is refused. */
export interface Refusal {
  /** The `ErrorCode` of the answer. */
  readonly code: number;
  /** The text of the answer, as remctld's. */
  readonly message: string;
  /** The sentence for the log, as remctld's. */
  readonly reason: string;
}

/** Tells a refusal from the bytes or arguments that stand in its place otherwise. */
export function isRefusal(value: object): value is Refusal {
  return 'code' in value;
}
