/** The steps that end what was started, the last one first. */

export interface EndSteps {
  /** Adds a step. It runs before those that were added earlier. */
  add(step: () => Promise<void>): void;
  /**
   * Runs the steps, once: later calls settle with the first. A step that fails does not stop the others; then
   * the first failure is thrown.
   */
  run(): Promise<void>;
  /** Whether `run` has been called. */
  readonly begun: boolean;
}

/** Makes an empty list of steps. */
export function endSteps(): EndSteps {
  const steps: (() => Promise<void>)[] = [];
  let ran: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of steps.reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw failures[0];
    }
  }

  return {
    add: (step) => steps.push(step),
    run: () => {
      ran ??= runAll();
      return ran;
    },
    get begun() {
      return ran !== undefined;
    },
  };
}
