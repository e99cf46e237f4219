/** Lets what is under way in this process, and on its loopback connections, happen. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;
const TURNS = 4;

/** Waits, and then for some turns of the event loop: in a busy process timers come before what has arrived. */
export async function turns(): Promise<void> {
  await sleep(PAUSE_MS);
  for (let at = 0; at < TURNS; at += 1) {
    await nextTurn();
  }
}
