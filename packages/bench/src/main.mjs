// `pnpm bench`: speed beside libremctl, then the limits.
import { startRealm } from '@remctl/realm';
import { measureLimits } from './limits.mjs';
import { measureSpeed } from './speed.mjs';

const realm = await startRealm();
const leave = realm.useHere();
try {
  await measureSpeed(realm);
  await measureLimits(realm);
} finally {
  leave();
  await realm.dispose();
}
