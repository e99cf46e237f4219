/** Where the program is that the tests run: the bundle, as users have it. */
import { fileURLToPath } from 'node:url';

/** The path of the bundled program; `pnpm build` makes it. */
export const REMCTL = fileURLToPath(new URL('../bundle/remctl.cjs', import.meta.url));
