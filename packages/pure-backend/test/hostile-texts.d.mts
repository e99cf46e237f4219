/** The types of hostile-texts.mjs. */

/** The texts of the errors, by case id. */
export const HOSTILE_TEXTS: Readonly<Record<string, RegExp>>;
