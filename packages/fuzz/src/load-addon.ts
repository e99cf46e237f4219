/** Has the addon that is named after `?` loaded in place of the one of the same name: see old-glibc.ts. */
import { basename } from 'node:path';

const addon = decodeURIComponent(new URL(import.meta.url).search.slice(1));
const load = process.dlopen;

process.dlopen = (module: object, filename: string, ...flags: [number?]) => {
  const own = basename(filename) === basename(addon);
  return load.call(process, module, own ? addon : filename, ...flags);
};
