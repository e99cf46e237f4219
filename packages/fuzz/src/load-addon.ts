/**
 * Makes Node.js load a copy of an addon instead.
 *
 * old-glibc.ts loads this module with `--import`. The part of its URL after `?` is the copy's path.
 * Each addon with the same file name is replaced.
 */
import { basename } from 'node:path';

const addon = decodeURIComponent(new URL(import.meta.url).search.slice(1));
const load = process.dlopen;

process.dlopen = (module: object, filename: string, ...flags: [number?]) => {
  const own = basename(filename) === basename(addon);
  return load.call(process, module, own ? addon : filename, ...flags);
};
