/** The types of hostile-texts.mjs. */
import type { Declarations } from '@remctl/conformance';

/** The texts of the native backend's errors, by case id. */
export const HOSTILE_TEXTS: NonNullable<Declarations['says']>;
/** The cases that the native backend ends differently from the others. */
export const HOSTILE_DIFFERENCES: NonNullable<Declarations['differs']>;
