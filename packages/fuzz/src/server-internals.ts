/**
 * The parts of @remctl/server that targets, tests and seeds use.
 *
 * All imports from its door for sister packages are in this file: see krb5-internals.ts.
 */

export {
  type AclEntry,
  AclError,
  parseAclEntry,
} from '@remctl/server/internal/access/acl-entry';
export { aclLines } from '@remctl/server/internal/access/acl-lines';
export { checkEntry, type Verdict } from '@remctl/server/internal/access/check-acl';
export { RegexError } from '@remctl/server/internal/access/regex/expression';
export { compileRegex } from '@remctl/server/internal/access/regex/posix-regex';
export { checkCommands } from '@remctl/server/internal/commands/check-command';
export { RemctlConfError } from '@remctl/server/internal/config/conf-error';
export { confLines } from '@remctl/server/internal/config/conf-lines';
export { parseCommand } from '@remctl/server/internal/config/read-remctl-conf';
export { type Accepted, kerberosAccept } from '@remctl/server/internal/connection/accept';
export { createByteBudget } from '@remctl/server/internal/connection/byte-budget';
export { startConnection } from '@remctl/server/internal/connection/connection';
export type { Execute } from '@remctl/server/internal/execute';
export { checkLimits } from '@remctl/server/internal/limits';
export { formatLogRecord } from '@remctl/server/internal/log/format-log-record';
export { loggedCommand } from '@remctl/server/internal/log/logged-command';
