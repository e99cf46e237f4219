/** Where the program is that the tests run. */
import { fileURLToPath } from 'node:url';

/** The path of the program; `pnpm build` makes it. */
export const REMCTL = fileURLToPath(new URL('../dist/main.js', import.meta.url));
