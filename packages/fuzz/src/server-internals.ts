/**
 * The parts of @remctl/server that targets, tests and seeds use.
 *
 * All imports from its door for sister packages are in this file: see krb5-internals.ts.
 */

export { RegexError } from '@remctl/server/internal/access/regex/expression';
export { compileRegex } from '@remctl/server/internal/access/regex/posix-regex';
export { type Accepted, kerberosAccept } from '@remctl/server/internal/connection/accept';
export { createByteBudget } from '@remctl/server/internal/connection/byte-budget';
export { startConnection } from '@remctl/server/internal/connection/connection';
export type { Execute } from '@remctl/server/internal/execute';
export { checkLimits } from '@remctl/server/internal/limits';
