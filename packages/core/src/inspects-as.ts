/** What `util.inspect` and `console.log` show of an object. */
import type { InspectOptionsStylized } from 'node:util';

/** Node's name for the method (`util.inspect.custom`), which other runtimes know too. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

type Inspect = (value: unknown, options: InspectOptionsStylized) => string;

/** Makes inspection show the name and the facts, without those that are undefined. */
export function inspectsAs<T extends object>(
  shown: T,
  name: string,
  factsOf: (self: T) => object,
): void {
  Object.defineProperty(shown, INSPECT, {
    configurable: true,
    writable: true,
    value(this: T, depth: number, options: InspectOptionsStylized, inspect: Inspect): string {
      const label = options.stylize(name, 'special');
      if (depth < 0) {
        return `[${label}]`;
      }
      const facts = Object.entries(factsOf(this)).filter(([, value]) => value !== undefined);
      return `${label} ${inspect(Object.fromEntries(facts), options)}`;
    },
  });
}
