/** Waits for a condition. */
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

const LOOK_MS = 5;

/** Settles when `condition` holds. Ends with its test, whose time-out then tells of it. */
export async function until(condition: () => boolean): Promise<void> {
  let over = false;
  onTestFinished(() => {
    over = true;
  });
  while (!condition() && !over) {
    await sleep(LOOK_MS);
  }
}
