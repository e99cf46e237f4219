/** Refuses options that do not exist, and lists those that do. */

/**
 * The names of a type's members, for `checkOptionNames`. The compiler says so if one is missing.
 */
export type OptionNames<T> = { readonly [Name in keyof Required<T>]: true };

/**
 * Throws TypeError if an option has a name that is not known, also if its value is undefined. `of`
 * is the function or the object that the options are for.
 */
export function checkOptionNames<T extends object>(
  of: string,
  options: T,
  names: OptionNames<T>,
): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown !== undefined) {
    const known = Object.keys(names).join(', ');
    throw new TypeError(`${of}: there is no option ${JSON.stringify(unknown)}; there are ${known}`);
  }
}
