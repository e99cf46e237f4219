/** Realms with the server of this package in remctld's place. */
import { fileURLToPath } from 'node:url';
import type { RealmOptions } from '@remctl/realm';

const PROGRAM = fileURLToPath(new URL('./remctld.mjs', import.meta.url));

/** The realm's options that start our server. It runs from `dist`: build after a change. */
export const OUR_SERVER: RealmOptions = { remctld: [process.execPath, PROGRAM] };
