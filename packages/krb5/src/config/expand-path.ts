/** `%{...}` in the names of caches and keytabs (MIT Kerberos's "Parameter expansion"). */
import { userInfo } from 'node:os';
import { Krb5ConfigError } from './config-error.js';

/** A process's environment variables, `process.env` or what a test makes up. */
export type Environment = Readonly<Record<string, string | undefined>>;

function idFrom(get: (() => number) | undefined, token: string): string {
  if (get === undefined) {
    throw new Krb5ConfigError(
      `%{${token}} has no value on this system: users have no numbers here`,
    );
  }
  return String(get());
}

const TOKENS: ReadonlyMap<string, (env: Environment) => string> = new Map<
  string,
  (env: Environment) => string
>([
  ['TEMP', (env) => env.TMPDIR ?? '/tmp'],
  ['uid', () => idFrom(process.getuid, 'uid')],
  ['USERID', () => idFrom(process.getuid, 'USERID')],
  ['euid', () => idFrom(process.geteuid, 'euid')],
  ['username', () => userInfo().username],
  ['null', () => ''],
]);

/**
 * Puts values for `%{TEMP}`, `%{uid}`, `%{USERID}`, `%{euid}`, `%{username}` and `%{null}`. Throws
 * Krb5ConfigError for any other, those for libkrb5's own folders among them.
 */
export function expandPath(text: string, env: Environment): string {
  return text.replaceAll(/%\{([^}]*)(\}?)/g, (_, token: string, end: string) => {
    const expand = TOKENS.get(token);
    if (end === '') {
      throw new Krb5ConfigError(`${text}: a %{ without its }`);
    }
    if (expand === undefined) {
      throw new Krb5ConfigError(
        `${text}: %{${token}} is not known here; known are ${[...TOKENS.keys()].join(', ')}`,
      );
    }
    return expand(env);
  });
}
