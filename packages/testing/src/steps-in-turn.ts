/** Steps that run one after another. */

/**
 * Makes a function that runs steps in the order of its calls. A step waits for the one before, whether that
 * succeeded or not. Rejects with the step's own error.
 */
export function stepsInTurn(): (step: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (step) => {
    last = last.then(step, step);
    return last;
  };
}
