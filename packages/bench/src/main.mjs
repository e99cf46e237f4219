// The program of `pnpm bench`: measures speed beside libremctl, then limits.
import { startRealm } from '@remctl/realm';
import { measureLimits } from './limits.mjs';
import { measureSpeed } from './speed.mjs';

const realm = await startRealm();
try {
  realm.useHere();
  await measureSpeed(realm);
  await measureLimits(realm);
} finally {
  await realm.dispose();
}
