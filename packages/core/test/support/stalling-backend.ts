/** A backend whose answers stop before their end. */
import { scriptedBackend } from '../../src/testing/index.js';
import { output, SUCCESS } from './answers.js';
import { never } from './waiting.js';

/** A backend whose commands write one piece of output, and then nothing more. */
export const stallingBackend = scriptedBackend(async function* () {
  yield output('a piece');
  await never();
  yield SUCCESS;
});
