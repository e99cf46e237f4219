/** Reads the values of options: numbers, durations, positions of arguments. */
import { InvalidArgumentError } from 'commander';

export const HIGHEST_PORT = 65535;
const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/**
 * Returns a parser of whole numbers in a range. The parser throws InvalidArgumentError, naming
 * `what`.
 */
export function wholeNumber(what: string, lowest: number, highest: number) {
  return (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= lowest && number <= highest) {
      return number;
    }
    throw new InvalidArgumentError(`invalid ${what} ${text}`);
  };
}

/** Returns the seconds of a duration such as `500ms`, `1.5s`, `2m`. Throws InvalidArgumentError. */
export function duration(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(text) ?? [];
  const factor = SECONDS[unit];
  if (number === undefined || factor === undefined) {
    throw new InvalidArgumentError(`invalid timeout value ${text}: give 500ms, 1.5s, 2m or 1h`);
  }
  return Number(number) * factor;
}

/** Reads `N=path`. Throws InvalidArgumentError. */
export function argFile(text: string): { readonly position: number; readonly path: string } {
  const [, position, path] = /^(\d{1,4})=(.+)$/s.exec(text) ?? [];
  if (position === undefined || path === undefined) {
    throw new InvalidArgumentError(`invalid argument file ${text}: give N=path, such as 2=key.pem`);
  }
  return { position: Number(position), path };
}
