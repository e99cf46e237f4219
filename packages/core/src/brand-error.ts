/** Makes `instanceof` work across several copies of a package. */

type ErrorClass = abstract new (...args: never[]) => Error;

const byPrototype = Function.prototype[Symbol.hasInstance];

/**
 * Marks `errorClass` with a brand that every copy of its package shares (`Symbol.for(key)`). Programs often
 * hold two copies, for instance of two global installs. `name` is the name of the instances, also after a
 * minifier has renamed the class. A class that an application derives keeps the ordinary `instanceof`.
 */
export function brandError(errorClass: ErrorClass, key: string, name: string): void {
  const brand = Symbol.for(key);
  Object.defineProperties(errorClass.prototype, {
    name: { value: name, writable: true, configurable: true },
    [brand]: { value: true },
  });
  Object.defineProperty(errorClass, Symbol.hasInstance, {
    value(this: unknown, candidate: unknown): boolean {
      if (this !== errorClass) {
        return byPrototype.call(this as ErrorClass, candidate);
      }
      return typeof candidate === 'object' && candidate !== null && brand in candidate;
    },
  });
}
