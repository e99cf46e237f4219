/** Waits for an answer, unless the client goes away. */

/** Settles as `answer` does; with undefined once `signal` has aborted, whatever becomes of `answer`. */
export function orAborted<Answer>(
  answer: Answer | Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(undefined);
    const leave = () => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) {
      onAbort();
    }
    signal.addEventListener('abort', onAbort, { once: true });
    Promise.resolve(answer).then(resolve, reject).finally(leave);
  });
}
